/** Network placement of the containers. */
import {
  type ISecurityGroup,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  type SubnetSelection,
} from 'aws-cdk-lib/aws-ec2';
import { Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { check } from '../rules.js';

export interface NetworkOptions {
  /**
   * VPC whose subnets the instances join. Without internet access it needs an S3 gateway endpoint.
   *
   * @default - SageMaker's own network
   */
  readonly vpc?: IVpc;
  /** At least two subnets in different zones; two addresses per instance. @default - the private subnets */
  readonly subnets?: SubnetSelection;
  /** @default - one that admits nothing and lets out HTTPS alone */
  readonly securityGroups?: readonly ISecurityGroup[];
}

/** The `VpcConfig` of a model or endpoint configuration. */
export interface Network {
  readonly subnets: string[];
  readonly securityGroupIds: string[];
}

/** Resolves the options; undefined without a VPC. */
export function network(scope: Construct, options: NetworkOptions): Network | undefined {
  const { vpc, subnets, securityGroups } = options;
  if (vpc === undefined) return undefined;
  const selected = vpc.selectSubnets(subnets);
  const zones = new Set(selected.availabilityZones);
  check('network', [
    {
      broken: !selected.isPendingLookup && zones.size < 2 && !Token.isUnresolved(selected.subnetIds),
      problem: `the subnets lie in ${zones.size} zone(s); expected subnets in two different zones or more.`,
    },
  ]);
  const groups = securityGroups ?? [httpsOnly(scope, vpc)];
  return {
    subnets: selected.subnetIds,
    securityGroupIds: groups.map(({ securityGroupId }) => securityGroupId),
  };
}

function httpsOnly(scope: Construct, vpc: IVpc): SecurityGroup {
  const group = new SecurityGroup(scope, 'SecurityGroup', {
    vpc,
    allowAllOutbound: false,
    description: 'Moderation containers: nothing in, HTTPS out',
  });
  group.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'Model and image download');
  return group;
}
