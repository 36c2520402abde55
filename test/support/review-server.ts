/** As much of EventBridge and SQS as a review needs: one bus whose events come into one queue. */
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface Entry {
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: string;
  readonly EventBusName?: string;
}

/** What EventBridge says to one call of PutEvents: an exception, the codes of refused entries by place, or an odd answer. */
export type Trouble =
  | { readonly status: number; readonly type: string }
  | { readonly refuse: Readonly<Record<number, string>> }
  | { readonly answer: object }
  | 'hang';

interface Message {
  readonly id: string;
  readonly body: string;
  receipt: string | undefined;
}

export class ReviewServer {
  /** Entries of each call of PutEvents. */
  readonly calls: Entry[][] = [];
  /** Troubles of the calls to come, in turn; undefined: none. */
  troubles: (Trouble | undefined)[] = [];
  readonly queue: Message[] = [];
  readonly deleted: string[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<ReviewServer> {
    const server = new ReviewServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get queueUrl(): string {
    return `${this.url}/111122223333/reviews`;
  }

  /** What points the AWS SDKs here. */
  get environment(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL_EVENTBRIDGE: this.url,
      AWS_ENDPOINT_URL_SQS: this.url,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 'b',
    };
  }

  /** The entries that were taken, in their order. */
  get taken(): Entry[] {
    return this.#taken;
  }

  readonly #taken: Entry[] = [];

  /** A message of somebody else. */
  enqueue(body: string): void {
    this.queue.push({ id: randomUUID(), body, receipt: undefined });
  }

  /** As the visibility timeout does: what was received and not deleted comes again. */
  expire(): void {
    for (const message of this.queue) message.receipt = undefined;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const input = JSON.parse((await text(request)) || '{}') as Record<string, unknown>;
    const send = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    };
    if (operation === 'PutEvents') return this.#put(input['Entries'] as Entry[], send);
    if (operation === 'ReceiveMessage')
      return send(200, this.#receive(Number(input['MaxNumberOfMessages'] ?? 1)));
    if (operation === 'DeleteMessage') return send(200, this.#delete(String(input['ReceiptHandle'])));
    send(400, { __type: 'UnknownOperationException', message: operation });
  }

  #put(entries: Entry[], send: (status: number, body: object) => void): void {
    const trouble = this.troubles.shift();
    this.calls.push(entries);
    if (trouble === 'hang') return;
    if (trouble !== undefined && 'status' in trouble) {
      send(trouble.status, { __type: trouble.type, message: 'as the test asks' });
      return;
    }
    if (trouble !== undefined && 'answer' in trouble) {
      send(200, trouble.answer);
      return;
    }
    const refused = trouble?.refuse ?? {};
    const answers = entries.map((entry, index) => {
      const code = refused[index];
      if (code !== undefined) return { ErrorCode: code, ErrorMessage: 'as the test asks' };
      return { EventId: this.#take(entry) };
    });
    send(200, { FailedEntryCount: Object.keys(refused).length, Entries: answers });
  }

  #take(entry: Entry): string {
    const id = randomUUID();
    this.#taken.push(entry);
    const event = {
      version: '0',
      id,
      'detail-type': entry.DetailType,
      source: entry.Source,
      account: '111122223333',
      time: '2026-03-01T09:00:00Z',
      region: 'eu-west-1',
      resources: [],
      detail: JSON.parse(entry.Detail),
    };
    this.enqueue(JSON.stringify(event));
    return id;
  }

  #receive(max: number): object {
    const found = this.queue.filter(({ receipt }) => receipt === undefined).slice(0, max);
    for (const message of found) message.receipt = randomUUID();
    return {
      Messages: found.map(({ id, body, receipt }) => ({
        MessageId: id,
        ReceiptHandle: receipt,
        Body: body,
        MD5OfBody: createHash('md5').update(body).digest('hex'),
      })),
    };
  }

  #delete(receipt: string): object {
    const index = this.queue.findIndex((message) => message.receipt === receipt);
    const [gone] = index < 0 ? [] : this.queue.splice(index, 1);
    if (gone !== undefined) this.deleted.push(gone.body);
    return {};
  }
}
