import { Random } from '../../lib/numeric/random.js';
import { LANGUAGES, type Language } from './words.js';

const MIN_TOKENS = 5;
const MAX_TOKENS = 40;
const ENGLISH_SHARE = 0.5;
/** Every so many words a made-up name, which keeps texts apart. */
const NAME_EVERY = 4;

/** Tokens of a text as the model reads it, special tokens included. */
export type CountTokens = (text: string) => number;

/** Texts by number: the same number gives the same text, and no two numbers do. */
export class Texts {
  readonly #count: CountTokens;
  readonly #tokens: number | undefined;
  readonly #made = new Map<number, string>();

  /** @param tokens how long all texts are; without it they have 5 to 40 tokens, all lengths equally often */
  constructor(count: CountTokens, tokens?: number) {
    this.#count = count;
    this.#tokens = tokens;
  }

  at(index: number): string {
    const known = this.#made.get(index);
    if (known !== undefined) return known;
    const text = this.#make(index);
    this.#made.set(index, text);
    return text;
  }

  #make(index: number): string {
    const random = new Random(`text ${index}`);
    const target = this.#tokens ?? MIN_TOKENS + pick(MAX_TOKENS - MIN_TOKENS + 1, random);
    const language = chooseLanguage(random);
    let text = nameOf(language, random);
    for (let words = 1; this.#count(text) < target; words++) {
      const word = words % NAME_EVERY === 0 ? nameOf(language, random) : choose(language.words, random);
      text += language.separator + word;
    }
    return this.#cut([...text], target);
  }

  /** The longest beginning that has at most so many tokens. */
  #cut(characters: string[], target: number): string {
    while (characters.length > 1 && this.#count(characters.join('').trimEnd()) > target) characters.pop();
    return characters.join('').trimEnd();
  }
}

function chooseLanguage(random: Random): Language {
  const [english, ...others] = LANGUAGES as readonly [Language, ...Language[]];
  return random.uniform() < ENGLISH_SHARE ? english : choose(others, random);
}

function nameOf({ syllables }: Language, random: Random): string {
  return Array.from({ length: 3 + pick(2, random) }, () => choose(syllables, random)).join('');
}

function choose<T>(items: readonly T[], random: Random): T {
  return items[pick(items.length, random)] as T;
}

function pick(count: number, random: Random): number {
  return Math.floor(random.uniform() * count);
}
