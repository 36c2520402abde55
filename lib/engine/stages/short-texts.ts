import { closeSync, fstatSync, openSync } from 'node:fs';
import type { Pack } from '../../checkpoint/pack/pack.js';
import { readFully } from '../../text/read-fully.js';
import { type ReadText, readText } from '../../text/read-text.js';
import { loadTokenizer, type Tokenizer } from '../../text/tokenizer.js';
import type { EngineContext } from '../context.js';
import type { TokenizerStart } from '../workers/messages.js';
import type { TimingsDraft } from './stage.js';

/**
 * Characters of a text that is tokenized on the main thread. The worst of that length takes 0.3 ms, and a request has many
 * texts; a usual one takes 30 µs, a tenth of what it costs to hand it to a worker and back.
 */
const MAX_CHARS = 300;

/** Tokenizes short texts at once, where they are; the stage `tokenize` is for the others. */
export class ShortTexts {
  /** What a worker needs to tokenize the others: the same file, in the same memory. */
  readonly workerStart: TokenizerStart;
  readonly #context: Pick<EngineContext, 'clock' | 'observer'>;
  #tokenizer: Tokenizer | undefined;

  constructor(pack: Pack, context: EngineContext) {
    const { text } = pack.manifest;
    this.#context = context;
    this.workerStart = { compiled: readShared(pack.path(text.tokenizer)), spec: text };
  }

  /**
   * Makes the tokenizer ready, which holds this thread for tens of milliseconds: to be called while the workers start.
   * Rejects with `pack_invalid`.
   */
  async load(): Promise<void> {
    const tokenizer = loadTokenizer(this.workerStart.compiled, this.workerStart.spec);
    tokenizer.encode('a warm-up');
    this.#tokenizer = tokenizer;
  }

  /** Undefined for a text that is long. */
  read(text: string, timings: TimingsDraft): ReadText | undefined {
    if (text.length > MAX_CHARS || this.#tokenizer === undefined) return undefined;
    const { clock, observer } = this.#context;
    const start = clock.now();
    const read = readText(text, this.#tokenizer);
    const runMs = clock.now() - start;
    Object.assign(timings, { tokenize_wait: 0, tokenize: runMs });
    observer.batch?.({
      stage: 'tokenize',
      items: 1,
      cost: text.length,
      waitMs: [0],
      runMs,
      outcome: 'ok',
    });
    return read;
  }
}

/** The bytes of a file in memory that threads share. */
function readShared(path: string): Uint8Array<SharedArrayBuffer> {
  const file = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(new SharedArrayBuffer(fstatSync(file).size));
    readFully(file, bytes, 0, path);
    return bytes;
  } finally {
    closeSync(file);
  }
}
