/** A way to the SageMaker runtime from inside a VPC (PrivateLink), open to some endpoints alone. */
import {
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  type ISecurityGroup,
  type IVpc,
  type SubnetSelection,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { IModerationEndpoint } from '../endpoint-reference.js';

export interface RuntimeAccessProps {
  readonly vpc: IVpc;
  /** The endpoints that may be called through it. */
  readonly endpoints: readonly IModerationEndpoint[];
  /** @default - the private subnets */
  readonly subnets?: SubnetSelection;
  /** Who may connect. @default - a new group that admits HTTPS from the VPC */
  readonly securityGroups?: ISecurityGroup[];
}

export class RuntimeAccess extends Construct {
  readonly vpcEndpoint: InterfaceVpcEndpoint;

  constructor(scope: Construct, id: string, props: RuntimeAccessProps) {
    super(scope, id);
    const { vpc, endpoints, subnets, securityGroups } = props;
    this.vpcEndpoint = new InterfaceVpcEndpoint(this, 'Resource', {
      vpc,
      service: InterfaceVpcEndpointAwsService.SAGEMAKER_RUNTIME,
      privateDnsEnabled: true,
      ...(subnets && { subnets }),
      ...(securityGroups && { securityGroups }),
    });
    Validations.of(this.vpcEndpoint).acknowledge({
      id: 'AwsSolutions-EC23',
      reason: "Admits HTTPS from the VPC's own range, which is known at deployment only.",
    });
    this.vpcEndpoint.addToPolicy(
      new PolicyStatement({
        principals: [new AnyPrincipal()],
        actions: ['sagemaker:InvokeEndpoint', 'sagemaker:InvokeEndpointAsync'],
        resources: endpoints.map(({ endpointArn }) => endpointArn),
      }),
    );
  }
}
