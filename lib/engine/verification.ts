import { tokenRows } from '../checkpoint/manifest.js';
import type { Pack } from '../checkpoint/pack/pack.js';
import type { EngineContext } from './context.js';
import { WorkerHandle } from './supervision/worker-handle.js';
import type { VerifyRequest, VerifyResponse, VerifyStart } from './workers/messages.js';

/**
 * Whether the files of a pack are those that its manifest lists, told in two steps by a thread of its own: GMAC, which
 * takes a quarter of a second for each gigabyte, finds every accident; SHA-256, which takes a second, finds intent as
 * well. Nothing is answered before the first; the second follows while the engine serves.
 */
export class Verification {
  readonly #handle: WorkerHandle<VerifyRequest, VerifyResponse>;

  constructor({ folder, manifest }: Pack, { spawn, timeouts, clock }: EngineContext) {
    // What is left out is told here: the thread would spend more time on loading the manifest's schema than on the rest.
    const listed = { files: manifest.files, leftOut: tokenRows(manifest) };
    const start: VerifyStart = { folder, listed };
    // A slow disk is read at the start: one call may take as long as a start.
    const patient = { startMs: timeouts.startMs, callMs: timeouts.startMs };
    this.#handle = new WorkerHandle(spawn('verify-worker', start, 'verify'), 'verify', patient, clock);
  }

  /**
   * @throws ModerationError `pack_invalid`, listing every file that is another; `worker_failed`, also when it is aborted
   * meanwhile; the signal's reason when it was before
   */
  async compareChecksums(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const stop = () => void this.close();
    signal.addEventListener('abort', stop, { once: true });
    try {
      await this.#handle.call({ checksum: 'gmac' });
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /** Ends the thread as well. Throws as {@link Verification.compareChecksums} does. */
  async compareHashes(): Promise<void> {
    try {
      await this.#handle.call({ checksum: 'sha256' });
    } finally {
      void this.close();
    }
  }

  async close(): Promise<void> {
    await this.#handle.end('it was closed');
  }
}
