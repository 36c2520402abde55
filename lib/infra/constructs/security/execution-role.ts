/** The role that SageMaker takes to fetch image and model and to write logs and metrics. No managed policies. */
import { createHash } from 'node:crypto';
import {
  CfnPolicy,
  Effect,
  type IRole,
  Policy,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Aws, Stack } from 'aws-cdk-lib/core';
import { Construct, type IConstruct, type IDependable } from 'constructs';
import type { BoundImage } from '../container/image-source.js';
import type { BoundModel } from '../model/model-source.js';
import { acknowledgeCheckov, acknowledgeWildcard } from './acknowledge.js';

export interface ExecutionRoleProps {
  /** @default - a new role that SageMaker may take in this account alone */
  readonly role?: IRole;
  /** Whether instances join a VPC, which takes network interfaces. */
  readonly vpc: boolean;
}

export class ExecutionRole extends Construct {
  readonly role: IRole;
  readonly #policies = new Set<IDependable>();

  constructor(scope: Construct, id: string, props: ExecutionRoleProps) {
    super(scope, id);
    this.role = props.role ?? this.#create();
    this.#allow(['ecr:GetAuthorizationToken', 'cloudwatch:PutMetricData'], ['*']);
    this.#allow(
      ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
      [Stack.of(this).formatArn({ service: 'logs', resource: 'log-group:/aws/sagemaker/*' })],
    );
    if (props.vpc) this.#allowNetworkInterfaces();
  }

  /** Makes a resource wait for what was granted so far: SageMaker uses the permissions at once. */
  precede(resource: IConstruct): void {
    resource.node.addDependency(...this.#policies);
  }

  /**
   * Lets SageMaker read the model's objects, and nothing else of their bucket. In a policy of its own: during an update
   * the fleet that leaves still reads the model before, whose policy CloudFormation deletes in its clean-up.
   */
  grantModel({ bucket, key, packaging }: BoundModel): void {
    this.#allowApart('Model', [
      allow(['s3:GetObject'], [bucket.arnForObjects(packaging === 'files' ? `${key}*` : key)]),
      ...(packaging === 'files'
        ? [allow(['s3:ListBucket'], [bucket.bucketArn], { StringLike: { 's3:prefix': `${key}*` } })]
        : []),
      ...(bucket.encryptionKey === undefined ? [] : [allow(KEY_ACTIONS, [bucket.encryptionKey.keyArn])]),
    ]);
  }

  /** In a policy of its own, as for a model. */
  grantImage({ repository }: BoundImage): void {
    this.#allowApart('Image', [allow(IMAGE_ACTIONS, [repository.repositoryArn])]);
  }

  /** Reading objects under a prefix. */
  grantReadObjects(bucket: IBucket, prefix: string): void {
    this.#allow(['s3:GetObject'], [bucket.arnForObjects(`${prefix}*`)]);
    if (bucket.encryptionKey !== undefined) this.grantKey(bucket.encryptionKey);
  }

  /** Listing what lies under a prefix, which S3 asks for where SageMaker reads a whole prefix. */
  grantListObjects(bucket: IBucket, prefix: string): void {
    this.#allow(['s3:ListBucket'], [bucket.bucketArn], { StringLike: { 's3:prefix': `${prefix}*` } });
  }

  /** Writing objects under a prefix, in parts where they are large; with this key, or else with the bucket's own. */
  grantWriteObjects(bucket: IBucket, prefix: string, key: IKey | undefined = bucket.encryptionKey): void {
    this.#allow(['s3:AbortMultipartUpload', 's3:PutObject'], [bucket.arnForObjects(`${prefix}*`)]);
    if (key !== undefined) this.grantKey(key);
  }

  /** Publishing to a topic; the key of its messages is granted apart. */
  grantPublish(topic: ITopic): void {
    this.#allow(['sns:Publish'], [topic.topicArn]);
  }

  /** Encrypting and decrypting with a customer's key. */
  grantKey(key: IKey): void {
    this.#allow(KEY_ACTIONS, [key.keyArn]);
  }

  /** SageMaker asks with this role whether the alarms of a rollout went off. */
  grantDescribeAlarms(): void {
    this.#allow(['cloudwatch:DescribeAlarms'], ['*']);
  }

  /** On all resources: an interface has no name before SageMaker makes it. */
  #allowNetworkInterfaces(): void {
    this.#allow(NETWORK_INTERFACES, ['*']);
    const policies = this.role.node.findAll().filter((child) => child instanceof CfnPolicy);
    for (const policy of policies) {
      acknowledgeCheckov(policy, { CKV_AWS_109: NO_NARROWER_RESOURCE, CKV_AWS_111: NO_NARROWER_RESOURCE });
    }
  }

  #create(): Role {
    return new Role(this, 'Role', {
      description: 'Fetches image and model, writes logs and metrics of the moderation endpoint',
      assumedBy: new ServicePrincipal('sagemaker.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    });
  }

  #allow(actions: readonly string[], resources: readonly string[], conditions: object = {}): void {
    const { policyDependable } = this.role.addToPrincipalPolicy(allow(actions, resources, conditions));
    if (policyDependable !== undefined) this.#policies.add(policyDependable);
    for (const resource of resources) acknowledgeWildcard(this.role, resource, WILDCARDS);
  }

  /** A policy whose logical id holds what it allows: another one never changes it, but stands beside it. */
  #allowApart(name: string, statements: readonly PolicyStatement[]): void {
    const content = JSON.stringify(Stack.of(this).resolve(statements.map((each) => each.toStatementJson())));
    const id = `${name}${createHash('sha256').update(content).digest('hex').slice(0, ID_DIGITS)}`;
    if (this.node.tryFindChild(id) !== undefined) return;
    const policy = new Policy(this, id, { statements: [...statements] });
    this.role.attachInlinePolicy(policy);
    this.#policies.add(policy);
    for (const resource of statements.flatMap((each) => each.resources)) {
      acknowledgeWildcard(policy, resource, WILDCARDS);
    }
  }
}

/** Of a content hash in a logical id; CloudFormation's ids have 255 characters at most. */
const ID_DIGITS = 12;

const KEY_ACTIONS = ['kms:Decrypt', 'kms:GenerateDataKey'];
const IMAGE_ACTIONS = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

function allow(
  actions: readonly string[],
  resources: readonly string[],
  conditions: object = {},
): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.ALLOW,
    actions: [...actions],
    resources: [...resources],
    conditions,
  });
}

const WILDCARDS =
  'Wildcards only where AWS knows no narrower resource (token, metrics, alarms, network interfaces), and for objects ' +
  "below the model's own prefix, the endpoint's own prefixes and SageMaker's own log groups.";

const NO_NARROWER_RESOURCE =
  'SageMaker makes network interfaces in the VPC, and AWS documents no narrower resource.';

const NETWORK_INTERFACES = [
  'ec2:CreateNetworkInterface',
  'ec2:CreateNetworkInterfacePermission',
  'ec2:DeleteNetworkInterface',
  'ec2:DeleteNetworkInterfacePermission',
  'ec2:DescribeDhcpOptions',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSubnets',
  'ec2:DescribeVpcs',
];
