import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { headerOf, readBody } from '../http/read-body.js';
import { sendBytes } from '../http/send.js';
import type { EmulatorLimits } from '../limits.js';
import { decodeAwsChunked } from './aws-chunked.js';
import { type FolderStore, isStorable, type ObjectName } from './folder-store.js';

/** What S3 says to a request it does not serve. */
interface S3Error {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** GET, HEAD, PUT and DELETE of objects, addressed by path: `/bucket/key`. */
export class S3Api {
  readonly #store: FolderStore;
  readonly #limits: Pick<EmulatorLimits, 'maxObjectBytes'>;

  constructor(store: FolderStore, limits: Pick<EmulatorLimits, 'maxObjectBytes'>) {
    this.#store = store;
    this.#limits = limits;
  }

  async handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const name = nameOf(path);
    if (name === undefined) {
      const message =
        'The emulator stores objects whose keys are plain file names, separated by single slashes.';
      return sendError(request, response, { status: 400, code: 'InvalidArgument', message });
    }
    switch (request.method) {
      case 'GET':
      case 'HEAD':
        return this.#get(request, response, name);
      case 'PUT':
        return this.#put(request, response, name);
      case 'DELETE':
        await this.#store.delete(name);
        return sendBytes(response, 204, {}, new Uint8Array());
      default: {
        const message = 'The emulator serves GET, HEAD, PUT and DELETE of objects only.';
        return sendError(request, response, { status: 501, code: 'NotImplemented', message });
      }
    }
  }

  async #get(request: IncomingMessage, response: ServerResponse, name: ObjectName): Promise<void> {
    const body = await this.#store.get(name);
    if (body === undefined) {
      const message = 'The specified key does not exist.';
      return sendError(request, response, { status: 404, code: 'NoSuchKey', message });
    }
    const headers = { ETag: etag(body), 'Content-Type': 'application/octet-stream' };
    if (request.method === 'HEAD') {
      response.writeHead(200, { ...headers, 'Content-Length': body.byteLength }).end();
      return;
    }
    sendBytes(response, 200, headers, body);
  }

  async #put(request: IncomingMessage, response: ServerResponse, name: ObjectName): Promise<void> {
    const received = await readBody(request, this.#limits.maxObjectBytes);
    if (received === undefined) {
      const message = 'Your proposed upload exceeds the maximum allowed size.';
      return sendError(request, response, { status: 400, code: 'EntityTooLarge', message });
    }
    const chunked = headerOf(request, 'content-encoding')?.includes('aws-chunked') ?? false;
    const body = chunked ? decodeAwsChunked(received) : received;
    if (body === undefined) {
      const message = 'The aws-chunked body is malformed.';
      return sendError(request, response, { status: 400, code: 'IncompleteBody', message });
    }
    if (!(await this.#store.put(name, body))) {
      const message = 'The emulator stores no object whose key is the folder of another.';
      return sendError(request, response, { status: 400, code: 'InvalidArgument', message });
    }
    sendBytes(response, 200, { ETag: etag(body) }, new Uint8Array());
  }
}

function nameOf(path: string): ObjectName | undefined {
  try {
    const [, bucket = '', key = ''] = /^\/([^/]+)\/(.+)$/s.exec(decodeURIComponent(path)) ?? [];
    return isStorable({ bucket, key }) ? { bucket, key } : undefined;
  } catch {
    return undefined;
  }
}

function etag(body: Uint8Array): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

function sendError(request: IncomingMessage, response: ServerResponse, error: S3Error): void {
  request.resume();
  const { status, code, message } = error;
  const document = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  const body = request.method === 'HEAD' ? new Uint8Array() : Buffer.from(document);
  sendBytes(response, status, { 'Content-Type': 'application/xml' }, body);
}
