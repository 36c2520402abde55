/** What stands in AWS, by calls that read only. */
import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import {
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  type DescribeEndpointOutput,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { ModerationError } from '../../contract/errors.js';
import { isTemplate, type Template } from '../../sagemaker/template/template.js';
import type { DeployedEndpoint } from '../../sagemaker/update/endpoint.js';
import {
  deployedEndpoint,
  VARIANT_DIMENSION,
  variantResource,
} from '../../sagemaker/update/read/deployed-endpoint.js';
import { isMissing } from '../sagemaker/client.js';
import type { DeployedState } from './deployment-refusals.js';

export interface StackPlace {
  readonly stackName: string;
  readonly account: string;
  readonly region: string;
}

/** Holds connections: close it with {@link close}. */
export class AwsDeployedState implements DeployedState {
  readonly #place: StackPlace;
  readonly #signal: AbortSignal;
  readonly #stacks: CloudFormationClient;
  readonly #endpoints: SageMakerClient;
  readonly #scaling: ApplicationAutoScalingClient;
  readonly #identity: STSClient;

  /** @param signal ends every call, once there is no time left */
  constructor(place: StackPlace, signal: AbortSignal) {
    this.#place = place;
    this.#signal = signal;
    const settings = { region: place.region, maxAttempts: 2 };
    this.#stacks = new CloudFormationClient(settings);
    this.#endpoints = new SageMakerClient(settings);
    this.#scaling = new ApplicationAutoScalingClient(settings);
    this.#identity = new STSClient(settings);
  }

  close(): void {
    for (const client of [this.#stacks, this.#endpoints, this.#scaling, this.#identity]) client.destroy();
  }

  /** @throws ModerationError `invalid_configuration` when the credentials are those of another account */
  async template(): Promise<Template | undefined> {
    const [body] = await Promise.all([this.#templateBody(), this.#checkAccount()]);
    // A stack that was only looked at in a change set has no template yet.
    return body === undefined || body === '' ? undefined : parsed(body);
  }

  async #templateBody(): Promise<string | undefined> {
    try {
      const { TemplateBody } = await this.#stacks.send(
        new GetTemplateCommand({ StackName: this.#place.stackName, TemplateStage: 'Original' }),
        { abortSignal: this.#signal },
      );
      return TemplateBody;
    } catch (error) {
      if (/does not exist/i.test((error as Error).message)) return undefined;
      throw error;
    }
  }

  async endpoint(name: string): Promise<DeployedEndpoint | undefined> {
    const endpoint = await this.#describe(name);
    if (endpoint === undefined) return undefined;
    const { EndpointConfigName } = endpoint;
    const variants = (endpoint.ProductionVariants ?? []).flatMap(({ VariantName }) => VariantName ?? []);
    const [config, scaled] = await Promise.all([
      this.#endpoints.send(new DescribeEndpointConfigCommand({ EndpointConfigName }), {
        abortSignal: this.#signal,
      }),
      this.#scaledResources(name, variants),
    ]);
    return deployedEndpoint(endpoint, config, scaled);
  }

  async #describe(EndpointName: string): Promise<DescribeEndpointOutput | undefined> {
    try {
      return await this.#endpoints.send(new DescribeEndpointCommand({ EndpointName }), {
        abortSignal: this.#signal,
      });
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async #scaledResources(name: string, variants: readonly string[]): Promise<readonly string[]> {
    if (variants.length === 0) return [];
    const { ScalableTargets = [] } = await this.#scaling.send(
      new DescribeScalableTargetsCommand({
        ServiceNamespace: 'sagemaker',
        ScalableDimension: VARIANT_DIMENSION,
        ResourceIds: variants.map((variant) => variantResource(name, variant)),
      }),
      { abortSignal: this.#signal },
    );
    return ScalableTargets.flatMap(({ ResourceId }) => ResourceId ?? []);
  }

  /** Another account has another stack of that name, or none, and its endpoints tell nothing. */
  async #checkAccount(): Promise<void> {
    const { Account } = await this.#identity.send(new GetCallerIdentityCommand({}), {
      abortSignal: this.#signal,
    });
    if (Account === this.#place.account) return;
    throw new ModerationError(
      'invalid_configuration',
      `the credentials are of account ${Account}, and the stack goes to ${this.#place.account}; cdk --profile does not reach the app, AWS_PROFILE does`,
    );
  }
}

function parsed(body: string): Template {
  const template: unknown = JSON.parse(body);
  if (isTemplate(template)) return template;
  throw new ModerationError(
    'invalid_configuration',
    'The template of the stack that stands has no resources.',
  );
}
