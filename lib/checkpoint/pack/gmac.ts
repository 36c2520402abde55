import { type CipherGCM, createCipheriv } from 'node:crypto';

/** Public, so that anybody can tell the same checksum: it shows accidents, not intent. */
const KEY = Buffer.alloc(16);
const NONCE = Buffer.alloc(12);

/**
 * GMAC (NIST SP 800-38D) as a checksum: the tag of AES-128-GCM, key and nonce zero, over the content as associated data.
 * It is the fastest check that Node.js has, 10 GB/s where the processor multiplies without carry: five times as fast as
 * its CRC-32 and ten times as SHA-256. That an accident goes unseen has a chance of 2⁻¹⁰⁰ or less for any file.
 */
export class Gmac {
  readonly #cipher: CipherGCM = createCipheriv('aes-128-gcm', KEY, NONCE);

  update(chunk: Uint8Array): void {
    this.#cipher.setAAD(chunk);
  }

  /** 32 lower-case hex digits. Nothing can be added after that. */
  digest(): string {
    this.#cipher.final();
    return this.#cipher.getAuthTag().toString('hex');
  }
}
