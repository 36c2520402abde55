import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StoredObject {
  readonly body: Buffer;
  readonly metadata: Record<string, string>;
  /** 0 when it came in one request. */
  readonly parts: number;
}

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/**
 * As much of S3 as an upload uses: PutObject, HeadObject and multipart uploads, under path-style addresses. It refuses
 * a body without the SHA-256 that it has, as S3 does with one whose checksum is wrong.
 */
export class S3Server {
  readonly objects = new Map<string, StoredObject>();
  /** Multipart uploads that were neither completed nor aborted. */
  readonly open = new Map<string, Map<number, Buffer>>();
  /** Paths of PutObject and UploadPart that are to fail, with status 400. */
  failing: RegExp | undefined;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const { status, headers = {}, body = '' } = await this.#answer(request);
      response.writeHead(status, headers).end(body);
    });
  }

  static async start(): Promise<S3Server> {
    const s3 = new S3Server();
    await new Promise<void>((resolve) => s3.#server.listen(0, '127.0.0.1', resolve));
    return s3;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? '/', 'http://s3');
    const key = decodeURIComponent(url.pathname.slice(1));
    const upload = url.searchParams.get('uploadId');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);

    if (request.method === 'HEAD') return { status: this.objects.has(key) ? 200 : 404 };
    if (request.method === 'DELETE') return this.#abort(upload);
    if (request.method === 'POST' && upload === null) return this.#begin();
    if (request.method === 'POST') return this.#complete(key, upload ?? '', request);
    if (this.failing?.test(key)) return failure(400, 'InvalidRequest');
    const checksum = createHash('sha256').update(body).digest('base64');
    if (request.headers['x-amz-checksum-sha256'] !== checksum) return failure(400, 'BadDigest');
    const headers = { etag: `"${randomUUID()}"`, 'x-amz-checksum-sha256': checksum };
    const part = Number(url.searchParams.get('partNumber'));
    if (upload !== null) this.open.get(upload)?.set(part, body);
    else this.objects.set(key, { body, metadata: metadataOf(request), parts: 0 });
    return { status: 200, headers };
  }

  #begin(): Answer {
    const id = randomUUID();
    this.open.set(id, new Map());
    return xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
  }

  #complete(key: string, upload: string, request: IncomingMessage): Answer {
    const parts = this.open.get(upload);
    if (parts === undefined) return failure(404, 'NoSuchUpload');
    this.open.delete(upload);
    const body = Buffer.concat([...parts.entries()].sort(([a], [b]) => a - b).map(([, part]) => part));
    this.objects.set(key, { body, metadata: metadataOf(request), parts: parts.size });
    return xml('<CompleteMultipartUploadResult><ETag>"whole"</ETag></CompleteMultipartUploadResult>');
  }

  #abort(upload: string | null): Answer {
    if (upload !== null) this.open.delete(upload);
    return { status: 204 };
  }
}

function metadataOf(request: IncomingMessage): Record<string, string> {
  const entries = Object.entries(request.headers).filter(([name]) => name.startsWith('x-amz-meta-'));
  return Object.fromEntries(
    entries.map(([name, value]) => [name.slice('x-amz-meta-'.length), String(value)]),
  );
}

function xml(body: string): Answer {
  return { status: 200, headers: { 'content-type': 'application/xml' }, body };
}

function failure(status: number, code: string): Answer {
  return { ...xml(`<Error><Code>${code}</Code><Message>${code} told by a test</Message></Error>`), status };
}
