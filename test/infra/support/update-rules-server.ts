/** The project's rules of updates, asked over HTTP by the local AWS API (reference/infra/update_rules.py). */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { resourceChanges } from '../../../lib/sagemaker/template/resource-changes.js';
import type { Template } from '../../../lib/sagemaker/template/template.js';
import { fleetSize } from '../../../lib/sagemaker/update/fleet-size.js';
import { deployedEndpoint } from '../../../lib/sagemaker/update/read/deployed-endpoint.js';
import { wantedEndpoint } from '../../../lib/sagemaker/update/read/wanted-endpoint.js';
import { updateRefusals } from '../../../lib/sagemaker/update/update-refusals.js';

interface UpdateQuestion {
  /** What DescribeEndpoint and DescribeEndpointConfig say. */
  readonly endpoint: { readonly EndpointName: string };
  readonly config: unknown;
  readonly scaledResources: readonly string[];
  /** Resolved properties of the resources. */
  readonly wantedEndpoint: unknown;
  readonly wantedConfig: unknown;
  readonly alarms: readonly string[];
}

export interface UpdateRulesServer {
  readonly url: string;
  close(): Promise<void>;
}

export async function startUpdateRulesServer(): Promise<UpdateRulesServer> {
  const server = createServer((request, response) => {
    answer(request).then(
      (body) => response.end(JSON.stringify(body)),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer(request: IncomingMessage): Promise<unknown> {
  const question: unknown = await json(request);
  if (request.url === '/changes') {
    const { before, after } = question as { before: Template; after: Template };
    return Object.fromEntries(resourceChanges(before, after));
  }
  if (request.url === '/refusals') return judge(question as UpdateQuestion);
  throw new Error(`no question ${request.url}`);
}

/** Whether UpdateEndpoint refuses, and how many instances each variant's new fleet has if it does not. */
function judge(question: UpdateQuestion): object {
  const deployed = deployedEndpoint(question.endpoint, question.config, question.scaledResources);
  const { EndpointName } = question.endpoint;
  const alarms = new Set(question.alarms);
  const wanted = wantedEndpoint(EndpointName, question.wantedEndpoint, question.wantedConfig, alarms);
  return {
    refusals: updateRefusals(deployed, wanted).map(({ problem }) => problem),
    fleet: Object.fromEntries(wanted.variants.map(({ name }) => [name, fleetSize(deployed, wanted, name)])),
  };
}
