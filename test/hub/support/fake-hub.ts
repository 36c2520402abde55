/**
 * A hub on loopback that speaks the API as the real one does: pinned revisions, paged trees, redirects to a storage of
 * another origin, ranges.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeRepository {
  /** By path. */
  readonly files: Readonly<Record<string, Buffer>>;
  /** 40 digits. Default: 1…1. */
  readonly commit?: string;
  /** Only with the token of {@link FakeHub}. */
  readonly gated?: boolean;
  /** Listed instead of the true entry, by path. */
  readonly listed?: Readonly<Record<string, object>>;
}

export interface Faults {
  /**
   * Breaks the connection after so many bytes of the body, by file; once for each element. {@link FakeHub.arrived} must
   * say what has arrived: what is on its way when a connection breaks is lost.
   */
  readonly breakAfter?: Record<string, number[]>;
  /** Changes what the storage sends, by file. */
  readonly alter?: Record<string, (content: Buffer) => Buffer>;
  /** Whether the storage answers 200 with everything to a request for a part. */
  readonly ignoreRanges?: boolean;
  /** Answers with these statuses before it answers at all. */
  readonly statuses?: number[];
}

export interface SeenRequest {
  readonly origin: 'hub' | 'storage';
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

export const TOKEN = 'hf_aTokenForTests';
const PAGE = 4;
/** Larger files are in large-file storage, as on the hub. */
const LFS_BYTES = 300_000;
const DEFAULT_COMMIT = '1'.repeat(40);

export class FakeHub {
  readonly requests: SeenRequest[] = [];
  faults: Faults = {};
  #held: string | undefined;
  readonly #arrived = new Map<string, number>();
  #breaking: { readonly file: string; readonly after: number; readonly response: ServerResponse }[] = [];
  readonly #hub: Server;
  readonly #storage: Server;

  private constructor(private readonly repositories: Record<string, FakeRepository>) {
    this.#hub = createServer((request, response) => this.#answer('hub', request, response));
    this.#storage = createServer((request, response) => this.#answer('storage', request, response));
  }

  static async start(repositories: Record<string, FakeRepository>): Promise<FakeHub> {
    const hub = new FakeHub(repositories);
    await Promise.all([listen(hub.#hub), listen(hub.#storage)]);
    return hub;
  }

  get url(): string {
    return urlOf(this.#hub);
  }

  /** Sends only half of this file and leaves the connection open; undefined for none. */
  hold(file: string | undefined): void {
    this.#held = file;
  }

  /** What was asked for a file's content, past the one-byte question for its address. */
  downloads(file: string): string[] {
    return this.requests
      .filter(({ path, range }) => path.endsWith(`/${file}`) && range !== undefined && range !== 'bytes=0-0')
      .filter(({ path, origin }) => origin === 'storage' || path.includes('/resolve-cache/'))
      .map(({ range }) => range ?? '');
  }

  async stop(): Promise<void> {
    for (const server of [this.#hub, this.#storage]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  #answer(origin: SeenRequest['origin'], request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const { range, authorization } = request.headers;
    this.requests.push({ origin, path: pathname, range, authorization });
    const status = this.faults.statuses?.shift();
    if (status !== undefined) {
      response.writeHead(status, { 'retry-after': '0' }).end();
      return;
    }
    if (origin === 'storage') this.#store(pathname, range, response);
    else this.#hubAnswer(pathname, request, response);
  }

  #hubAnswer(path: string, { url = '', headers }: IncomingMessage, response: ServerResponse): void {
    const { name, kind, revision, file } = parsePath(path);
    const repository = this.repositories[name];
    const commit = repository?.commit ?? DEFAULT_COMMIT;
    if (repository === undefined) refuse(response, 401, 'RepoNotFound', 'Repository not found');
    else if (repository.gated && headers.authorization !== `Bearer ${TOKEN}`)
      refuse(response, 401, 'GatedRepo', `Access to model ${name} is restricted.`);
    else if (kind === 'resolve-cache') this.#send(file, repository, headers.range, response);
    else if (revision !== 'main' && revision !== commit)
      refuse(response, 404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
    else if (kind === 'revision') json(response, infoOf(name, commit, repository));
    else if (kind === 'tree') this.#tree(new URL(url, this.url), repository, response);
    else this.#redirect(name, commit, file, repository, response);
  }

  /** To the storage, or for small files to a cache of the hub's own. */
  #redirect(
    name: string,
    commit: string,
    file: string,
    { files }: FakeRepository,
    response: ServerResponse,
  ): void {
    const content = files[file];
    if (content === undefined) {
      refuse(response, 404, 'EntryNotFound', 'Entry not found');
      return;
    }
    const inStorage = content.length > LFS_BYTES;
    response
      .writeHead(inStorage ? 302 : 307, {
        location: inStorage
          ? `${urlOf(this.#storage)}/${name}/${file}`
          : `/api/resolve-cache/models/${name}/${commit}/${file}`,
        'x-repo-commit': commit,
        'x-linked-size': content.length,
        'x-linked-etag': `"${oidOf(content)}"`,
      })
      .end();
  }

  #tree(url: URL, { files, listed }: FakeRepository, response: ServerResponse): void {
    const start = Number(url.searchParams.get('cursor') ?? 0);
    const names = Object.keys(files);
    const entries = names
      .slice(start, start + PAGE)
      .map((path) => listed?.[path] ?? entryOf(path, files[path]));
    if (start + PAGE < names.length) {
      url.searchParams.set('cursor', String(start + PAGE));
      response.setHeader('link', `<${url.href}>; rel="next"`);
    }
    json(
      response,
      start === 0 ? [{ type: 'directory', path: 'runs', size: 0, oid: '0'.repeat(40) }, ...entries] : entries,
    );
  }

  /** The puller has so many bytes of the file. */
  arrived(file: string, bytes: number): void {
    this.#arrived.set(file, bytes);
    this.#break();
  }

  #break(): void {
    this.#breaking = this.#breaking.filter(({ file, after, response }) => {
      const wait = (this.#arrived.get(file) ?? 0) < after;
      if (!wait) response.destroy();
      return wait;
    });
  }

  #store(path: string, range: string | undefined, response: ServerResponse): void {
    const [, name = '', file = ''] = /^\/([^/]+\/[^/]+)\/(.+)$/.exec(path) ?? [];
    const repository = this.repositories[name];
    if (repository === undefined) response.writeHead(404).end();
    else this.#send(file, repository, range, response);
  }

  #send(file: string, { files }: FakeRepository, range: string | undefined, response: ServerResponse): void {
    const original = files[file] ?? Buffer.alloc(0);
    const content = this.faults.alter?.[file]?.(original) ?? original;
    const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
    const isQuestion = range === 'bytes=0-0';
    const partial = range !== undefined && (isQuestion || !this.faults.ignoreRanges);
    const body = partial
      ? content.subarray(Number(from), to === '' ? content.length : Number(to) + 1)
      : content;
    response.writeHead(partial ? 206 : 200, {
      etag: `"${oidOf(original)}"`,
      'content-length': body.length,
      ...(partial && {
        'content-range': `bytes ${from}-${Number(from) + body.length - 1}/${content.length}`,
      }),
    });
    if (file === this.#held && !isQuestion) {
      response.write(body.subarray(0, body.length / 2));
      return;
    }
    const broken = isQuestion ? undefined : this.faults.breakAfter?.[file]?.shift();
    if (broken === undefined) response.end(body);
    else {
      response.write(body.subarray(0, broken));
      this.#breaking.push({ file, after: (partial ? Number(from) : 0) + broken, response });
      this.#break();
    }
  }
}

function parsePath(path: string): { name: string; kind: string; revision: string; file: string } {
  const cached = /^\/api\/(resolve-cache)\/models\/([^/]+\/[^/]+)\/(\w+)\/(.+)$/.exec(path);
  if (cached) {
    const [, kind = '', name = '', revision = '', file = ''] = cached;
    return { name, kind, revision, file };
  }
  const [, name = '', kind = '', revision = '', file = ''] =
    /^\/(?:api\/models\/)?([^/]+\/[^/]+)\/(revision|tree|resolve)\/([^/]+)(?:\/(.+))?$/.exec(path) ?? [];
  return { name, kind, revision, file };
}

function infoOf(name: string, commit: string, { gated }: FakeRepository): object {
  return {
    _id: 'a',
    id: name,
    sha: commit,
    private: false,
    gated: gated ? 'auto' : false,
    downloads: 1,
    likes: 0,
    lastModified: '2025-01-01T00:00:00.000Z',
  };
}

function refuse(response: ServerResponse, status: number, code: string, error: string): void {
  response.setHeader('x-error-code', code);
  json(response, { error }, status);
}

function json(response: ServerResponse, value: unknown, status = 200): void {
  const body = Buffer.from(JSON.stringify(value));
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length })
    .end(body);
}

function entryOf(path: string, content: Buffer = Buffer.alloc(0)): object {
  const size = content.length;
  const pointer = { type: 'file', path, size, oid: gitOid(content) };
  return size > LFS_BYTES ? { ...pointer, lfs: { oid: oidOf(content), size, pointerSize: 134 } } : pointer;
}

function oidOf(content: Buffer): string {
  return content.length > LFS_BYTES ? createHash('sha256').update(content).digest('hex') : gitOid(content);
}

function gitOid(content: Buffer): string {
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}
