import { createHash, webcrypto } from 'node:crypto';
import type { Modality } from '../../contract/modality.js';

/** Above this size, hashing would hold up the event loop for a good fraction of a millisecond: it goes to another thread. */
const OFF_THREAD_BYTES = 256 * 1024;

/** Names content under a model: two keys are equal when and only when modality, pack and bytes are. */
export class ContentKeys {
  readonly #packHash: string;

  constructor(packHash: string) {
    this.#packHash = packHash;
  }

  ofText(text: string): string {
    return this.#key('text', createHash('sha256').update(text, 'utf8').digest());
  }

  async ofImage(bytes: Uint8Array): Promise<string> {
    return this.#key('image', await sha256(bytes));
  }

  /** Of a window's token ids, special ones included. */
  ofTokens(ids: Int32Array): string {
    return this.#key('tokens', createHash('sha256').update(ids).digest());
  }

  /** Of pixels that an encoder sees, by their SHA-256. */
  ofPixels(digest: Uint8Array): string {
    return this.#key('pixels', digest);
  }

  #key(kind: Modality | 'tokens' | 'pixels', digest: Uint8Array): string {
    return createHash('sha256').update(`${kind}\0${this.#packHash}\0`).update(digest).digest('base64');
  }
}

async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes.byteLength <= OFF_THREAD_BYTES) return createHash('sha256').update(bytes).digest();
  return new Uint8Array(await webcrypto.subtle.digest('SHA-256', bytes));
}
