import type { TextSpec } from '../../checkpoint/manifest.js';
import type { TextPart } from '../../contract/parts.js';
import type { CharacterFacts } from '../../text/characters/characters.js';
import type { ReadText } from '../../text/read-text.js';
import { textRow } from '../../text/sequence.js';
import { countRead, frameWindow, type TokenRange, windowsOf } from '../../text/windows.js';
import type { EngineContext } from '../context.js';
import type { ContentKeys } from '../features/content-key.js';
import type { FeatureCache } from '../features/feature-cache.js';
import { mapLimited } from '../permits.js';
import type { Urgency } from '../scheduling/urgency.js';
import type { ShortTexts } from '../stages/short-texts.js';
import type { TimingsDraft } from '../stages/stage.js';
import type { Stages } from '../stages/stages.js';

/** What the text encoder made of the first tokens of a text. */
export interface FirstWindow {
  /** Pooled, [width]. */
  readonly features: Float32Array;
  /** The tokens that it read, without special ones. */
  readonly range: TokenRange;
  /** Tokens that were read, and that the text has. */
  readonly read: number;
  readonly total: number;
  readonly characters: CharacterFacts;
  /** The text as people see it, where that is another. */
  readonly shown: string | undefined;
}

/** A part of a text, encoded. */
export interface EncodedTextPart {
  readonly part: TextPart;
  readonly features: Float32Array;
}

export interface EncodedText extends Pick<FirstWindow, 'read' | 'total' | 'characters' | 'shown'> {
  readonly parts: readonly [EncodedTextPart, ...EncodedTextPart[]];
}

/** One text on its way: for whom, and how urgent. */
export interface TextTask {
  readonly text: string;
  readonly view: TextPart['view'];
  /** Whether every window is judged; false: the first. */
  readonly windows: boolean;
  readonly signal: AbortSignal;
  readonly timings: TimingsDraft;
  /** Until it rises the text starts no batch, and goes with what does. */
  readonly urgency: Urgency;
  /** How many windows may be under way at a time, given how many there are. */
  readonly expand: (parts: number) => number;
}

export interface TextEncoderParts {
  readonly spec: TextSpec;
  readonly keys: ContentKeys;
  readonly cache: FeatureCache;
  readonly shortTexts: ShortTexts;
  readonly stages: Pick<Stages, 'tokenize' | 'encode_text'>;
  readonly context: EngineContext;
}

/** From a text to the pooled features of its windows. */
export class EncodeText {
  readonly #of: TextEncoderParts;

  constructor(parts: TextEncoderParts) {
    this.#of = parts;
  }

  async run(task: TextTask): Promise<EncodedText> {
    if (!task.windows) return this.#alone(await this.#first(task), task);
    const encoding = await this.#tokenize(task);
    const { spec, context } = this.#of;
    const windows = windowsOf(encoding.tokens, spec, context.limits.maxWindows);
    const limit = windows.length > 1 ? task.expand(windows.length) : 1;
    const [first, ...rest] = await mapLimited(windows, limit, (range, index) =>
      index === 0
        ? this.#first(task, encoding).then(({ features }) => features)
        : this.#window(frameWindow(encoding.tokens, range, spec), task),
    );
    const { characters, shown } = encoding;
    const part = (range: TokenRange): TextPart => ({ tokens: [...range], view: task.view });
    return {
      parts: [
        { part: part(windows[0] as TokenRange), features: first as Float32Array },
        ...rest.map((features, index) => ({ part: part(windows[index + 1] as TokenRange), features })),
      ],
      read: countRead(windows, encoding.tokens, spec),
      total: encoding.tokens.length,
      characters,
      shown,
    };
  }

  #alone({ features, range, ...facts }: FirstWindow, { view }: TextTask): EncodedText {
    return { parts: [{ part: { tokens: [...range], view }, features }], ...facts };
  }

  /** @param known the text's tokens, where they are there already */
  #first(task: TextTask, known?: ReadText): Promise<FirstWindow> {
    const { keys, cache, context } = this.#of;
    return cache.get<FirstWindow>(
      keys.ofText(task.text),
      task.signal,
      async (signal, urgency) =>
        this.#computeFirst(known ?? (await this.#tokenize({ ...task, signal })), {
          ...task,
          signal,
          urgency,
        }),
      (outcome) => context.observer.cache?.({ modality: 'text', outcome }),
      task.urgency,
    );
  }

  async #computeFirst({ ids, tokens, characters, shown }: ReadText, task: TextTask): Promise<FirstWindow> {
    const { spec } = this.#of;
    const [range] = windowsOf(tokens, spec, 1) as [TokenRange];
    const features = await this.#encode(ids, task);
    const read = countRead([range], tokens, spec);
    return { features, range, read, total: tokens.length, characters, shown };
  }

  async #window(ids: Int32Array, task: TextTask): Promise<Float32Array> {
    const { keys, cache, context } = this.#of;
    const { features } = await cache.get<{ readonly features: Float32Array }>(
      keys.ofTokens(ids),
      task.signal,
      async (signal, urgency) => ({ features: await this.#encode(ids, { ...task, signal, urgency }) }),
      (outcome) => context.observer.cache?.({ modality: 'text', outcome }),
      task.urgency,
    );
    return features;
  }

  #encode(ids: Int32Array, { signal, timings, urgency }: TextTask): Promise<Float32Array> {
    const { stages, spec } = this.#of;
    return stages.encode_text.submit(textRow(ids, spec), signal, timings, { urgency });
  }

  async #tokenize({ text, signal, timings }: TextTask): Promise<ReadText> {
    const { shortTexts, stages } = this.#of;
    return shortTexts.read(text, timings) ?? stages.tokenize.submit(text, signal, timings);
  }
}
