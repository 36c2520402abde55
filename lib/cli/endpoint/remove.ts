/** Deleting an endpoint with what belongs to it alone. */
import {
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { isMissing } from '../sagemaker/client.js';
import { type PollOptions, poll } from '../sagemaker/poll.js';
import { describeConfig, describeEndpoint, type EndpointFacts, modelsOf } from './describe.js';

export interface Belongings {
  readonly config: string | undefined;
  readonly models: readonly string[];
  /** What is kept, because something else uses it. */
  readonly shared: readonly string[];
}

/** What would be of no use without the endpoint: a configuration or model that another names is not. */
export async function belongingsOf(
  client: SageMakerClient,
  name: string,
  { endpoint, config }: EndpointFacts,
): Promise<Belongings> {
  const own = endpoint.EndpointConfigName;
  if (own === undefined || config === undefined) return { config: undefined, models: [], shared: [] };
  const others = (await endpointNames(client)).filter((other) => other !== name);
  for (const other of others) {
    const { EndpointConfigName } = await describeEndpoint(client, other);
    if (EndpointConfigName === own)
      return { config: undefined, models: [], shared: [own, ...modelsOf(config)] };
  }
  const elsewhere = new Set<string>();
  for (const other of await configNames(client)) {
    if (other !== own)
      for (const model of modelsOf(await describeConfig(client, other))) elsewhere.add(model);
  }
  const models = modelsOf(config);
  return {
    config: own,
    models: models.filter((model) => !elsewhere.has(model)),
    shared: models.filter((model) => elsewhere.has(model)),
  };
}

/** The endpoint first: SageMaker forbids to delete a configuration in use. */
export async function removeEndpoint(
  client: SageMakerClient,
  name: string,
  { config, models }: Belongings,
  options: PollOptions,
): Promise<void> {
  await client.send(new DeleteEndpointCommand({ EndpointName: name }));
  const isThere = (): Promise<boolean> =>
    describeEndpoint(client, name).then(
      () => true,
      (error) => {
        if (isMissing((error as Error).cause ?? error)) return false;
        throw error;
      },
    );
  await poll(isThere, (there) => !there, options);
  if (config !== undefined)
    await client.send(new DeleteEndpointConfigCommand({ EndpointConfigName: config }));
  for (const model of models) await client.send(new DeleteModelCommand({ ModelName: model }));
}

async function endpointNames(client: SageMakerClient): Promise<string[]> {
  return pages(async (NextToken) => {
    const page = await client.send(
      new ListEndpointsCommand({ ...(NextToken && { NextToken }), MaxResults: 100 }),
    );
    return { names: page.Endpoints?.map((one) => one.EndpointName), next: page.NextToken };
  });
}

async function configNames(client: SageMakerClient): Promise<string[]> {
  return pages(async (NextToken) => {
    const page = await client.send(
      new ListEndpointConfigsCommand({ ...(NextToken && { NextToken }), MaxResults: 100 }),
    );
    return { names: page.EndpointConfigs?.map((one) => one.EndpointConfigName), next: page.NextToken };
  });
}

interface Page {
  readonly names: readonly (string | undefined)[] | undefined;
  readonly next: string | undefined;
}

async function pages(read: (token: string | undefined) => Promise<Page>): Promise<string[]> {
  const all: string[] = [];
  let token: string | undefined;
  do {
    const { names, next } = await read(token);
    all.push(...(names ?? []).filter((name) => name !== undefined));
    token = next;
  } while (token !== undefined && token !== '');
  return all;
}
