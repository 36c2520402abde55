/** Stands in for the release that the gpu target takes its CUDA provider from: an archive with empty libraries, by HTTP. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class ProviderArchive {
  readonly #server: Server;

  private constructor(archive: Buffer) {
    this.#server = createServer((_request, response) => response.end(archive));
  }

  static async serve(): Promise<ProviderArchive> {
    const provider = new ProviderArchive(pack());
    provider.#server.listen(0, '127.0.0.1');
    await once(provider.#server, 'listening');
    return provider;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/provider.tgz`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** The Dockerfile looks for the CUDA 12 library that the provider asks for. */
function pack(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'moderation-provider-'));
  mkdirSync(join(folder, 'release', 'lib'), { recursive: true });
  writeFileSync(join(folder, 'release/lib/libonnxruntime_providers_cuda.so'), 'libcublasLt.so.12');
  writeFileSync(join(folder, 'release/lib/libonnxruntime_providers_shared.so'), '');
  const archive = join(folder, 'provider.tgz');
  const { status, stderr } = spawnSync('tar', ['-czf', archive, '-C', folder, 'release'], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return readFileSync(archive);
}
