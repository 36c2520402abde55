/** A SageMaker model: image, model files and environment. */
import { CfnModel } from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import type { BoundImage } from '../container/image-source.js';
import { defined } from '../defined.js';
import { acknowledgeCheckov } from '../security/acknowledge.js';
import type { ExecutionRole } from '../security/execution-role.js';
import type { Network } from '../security/network.js';
import { type BoundModel, modelData } from './model-source.js';

export interface ModerationModelProps {
  readonly model: BoundModel;
  readonly image: BoundImage;
  readonly environment: Readonly<Record<string, string>>;
  readonly role: ExecutionRole;
  /** No network calls in or out of the container, and no AWS credentials in it. */
  readonly networkIsolation: boolean;
  readonly network?: Network | undefined;
}

/** Where a model's resource names the objects that it reads, so that a collector of assets sees them in use. */
const MODEL_OBJECTS = 'moderation:model-objects';

/**
 * Unnamed: every change replaces a model, and CloudFormation cannot replace what has a fixed name. Created after the
 * role's policy, which SageMaker uses at once.
 */
export class ModerationModel extends Construct {
  readonly resource: CfnModel;

  constructor(scope: Construct, id: string, props: ModerationModelProps) {
    super(scope, id);
    const { model, image, environment, role, networkIsolation, network } = props;
    role.grantModel(model);
    role.grantImage(image);
    this.resource = new CfnModel(
      this,
      'Resource',
      defined({
        executionRoleArn: role.role.roleArn,
        enableNetworkIsolation: networkIsolation,
        vpcConfig: network,
        primaryContainer: { image: image.uri, environment, ...modelData(model) },
      }),
    );
    if (model.objectKeys.length > 0) this.resource.addMetadata(MODEL_OBJECTS, [...model.objectKeys]);
    role.precede(this.resource);
    if (!networkIsolation) {
      acknowledgeCheckov(this.resource, {
        CKV_AWS_370:
          'Serverless hosting has no network isolation; elsewhere networkIsolation was turned off.',
      });
    }
  }

  /** By GetAtt: Ref of a model is its ARN. */
  get modelName(): string {
    return this.resource.attrModelName;
  }
}
