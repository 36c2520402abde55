import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

type Input = Record<string, unknown>;
type Handler = (input: Input, call: number) => object;

/** A failure as SageMaker words it. */
export class Refusal extends Error {
  constructor(
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}

/** SageMaker's control plane as a table of scripted answers, by operation. Keeps the calls in their order. */
export class SageMakerServer {
  readonly calls: { readonly operation: string; readonly input: Input }[] = [];
  readonly #server: Server;

  private constructor(handlers: Readonly<Record<string, Handler>>) {
    this.#server = createServer(async (request, response) => {
      const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
      const input = JSON.parse((await text(request)) || '{}') as Input;
      const call = this.calls.filter((one) => one.operation === operation).length;
      this.calls.push({ operation, input });
      try {
        const handler = handlers[operation];
        if (handler === undefined) throw new Refusal('UnknownOperationException', operation);
        const answer = JSON.stringify(handler(input, call));
        response.writeHead(200, TYPE).end(answer);
      } catch (error) {
        const { type = 'InternalFailure', message } = error as Refusal;
        response.writeHead(400, TYPE).end(JSON.stringify({ __type: type, message }));
      }
    });
  }

  static async start(handlers: Readonly<Record<string, Handler>>): Promise<SageMakerServer> {
    const server = new SageMakerServer(handlers);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  /** What points the AWS SDK here. */
  get environment(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL_SAGEMAKER: `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 'b',
    };
  }

  operations(): string[] {
    return this.calls.map(({ operation }) => operation);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const TYPE = { 'content-type': 'application/x-amz-json-1.1' };

export function notFound(what: string): never {
  throw new Refusal('ValidationException', `Could not find ${what}.`);
}
