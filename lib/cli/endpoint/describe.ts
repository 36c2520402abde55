/** What SageMaker knows about an endpoint. */
import {
  DescribeEndpointCommand,
  type DescribeEndpointCommandOutput,
  DescribeEndpointConfigCommand,
  type DescribeEndpointConfigCommandOutput,
  ListTagsCommand,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { ModerationError } from '../../contract/errors.js';
import { isMissing } from '../sagemaker/client.js';

export type EndpointState = DescribeEndpointCommandOutput;

export interface EndpointFacts {
  readonly endpoint: EndpointState;
  /** Undefined when it was deleted under the endpoint. */
  readonly config: DescribeEndpointConfigCommandOutput | undefined;
  /** The CloudFormation stack that made it. */
  readonly stack: string | undefined;
}

/** @throws ModerationError `invalid_configuration` where there is none of this name */
export async function describeEndpoint(client: SageMakerClient, name: string): Promise<EndpointState> {
  try {
    return await client.send(new DescribeEndpointCommand({ EndpointName: name }));
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new ModerationError(
      'invalid_configuration',
      `There is no endpoint ${name} in this account and region.`,
      {
        cause: error,
      },
    );
  }
}

export async function endpointFacts(client: SageMakerClient, name: string): Promise<EndpointFacts> {
  const endpoint = await describeEndpoint(client, name);
  const [config, stack] = await Promise.all([
    endpoint.EndpointConfigName === undefined
      ? undefined
      : describeConfig(client, endpoint.EndpointConfigName),
    endpoint.EndpointArn === undefined ? undefined : stackOf(client, endpoint.EndpointArn),
  ]);
  return { endpoint, config, stack };
}

/** Undefined where it does not exist. */
export async function describeConfig(
  client: SageMakerClient,
  name: string,
): Promise<DescribeEndpointConfigCommandOutput | undefined> {
  try {
    return await client.send(new DescribeEndpointConfigCommand({ EndpointConfigName: name }));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** CloudFormation tags what it makes. */
async function stackOf(client: SageMakerClient, arn: string): Promise<string | undefined> {
  let NextToken: string | undefined;
  do {
    const page = await client.send(
      new ListTagsCommand({ ResourceArn: arn, ...(NextToken && { NextToken }) }),
    );
    const tag = page.Tags?.find(({ Key }) => Key === 'aws:cloudformation:stack-name');
    if (tag?.Value !== undefined) return tag.Value;
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return undefined;
}

/** The models that a configuration names, each once. */
export function modelsOf(config: DescribeEndpointConfigCommandOutput | undefined): string[] {
  const variants = [...(config?.ProductionVariants ?? []), ...(config?.ShadowProductionVariants ?? [])];
  return [...new Set(variants.flatMap(({ ModelName }) => ModelName ?? []))];
}

/** Until nothing changes by itself any more. */
export function isSettled({ EndpointStatus }: EndpointState): boolean {
  return !['Creating', 'Updating', 'SystemUpdating', 'RollingBack', 'Deleting'].includes(
    EndpointStatus ?? '',
  );
}

/**
 * Whether it answers with what was asked for: in service, and not because an update was undone. SageMaker keeps the
 * reason of an update that failed while the old fleet goes on.
 */
export function isWell({ EndpointStatus, FailureReason }: EndpointState): boolean {
  return EndpointStatus === 'InService' && FailureReason === undefined;
}

export function logGroup(name: string): string {
  return `/aws/sagemaker/Endpoints/${name}`;
}
