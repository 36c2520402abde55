import { Random } from '../../lib/numeric/random.js';
import type { BenchPost } from './body.js';
import type { Photograph } from './photographs.js';
import type { Texts } from './texts.js';

export const SCENARIOS = ['text+image', 'text', 'image', 'repeats'] as const;
export type Scenario = (typeof SCENARIOS)[number];

/** What posts are made of. */
export interface PostMaterial {
  readonly texts: Texts;
  readonly photographs: readonly Photograph[];
}

/** How many posts back a repeated one lies at most: viral posts come again soon. */
const REPEAT_WITHIN = 200;
const REPEAT_SHARE = 0.5;
/** Numbers of the posts of one window; more are never sent. */
const WINDOW_NUMBERS = 1_000_000;

/**
 * The posts of one window, without end. The same window gives the same posts to every system; no post of a window
 * comes up in another, and, but for the repeats, none comes twice.
 */
export function* postStream(
  scenario: Scenario,
  window: number,
  material: PostMaterial,
): Generator<BenchPost, never> {
  const random = new Random(`stream ${window}`);
  const sent: BenchPost[] = [];
  for (let number = window * WINDOW_NUMBERS; ; number++) {
    const repeats = scenario === 'repeats' && sent.length > 0 && random.uniform() < REPEAT_SHARE;
    const post = repeats
      ? (sent[Math.floor(random.uniform() * sent.length)] as BenchPost)
      : newPost(scenario, number, material);
    if (scenario === 'repeats') {
      if (!repeats) sent.push(post);
      if (sent.length > REPEAT_WITHIN) sent.shift();
    }
    yield post;
  }
}

function newPost(scenario: Scenario, number: number, { texts, photographs }: PostMaterial): BenchPost {
  const photograph = photographs[number % photographs.length] as Photograph;
  return {
    ...(scenario !== 'image' && { text: texts.at(number) }),
    ...(scenario !== 'text' && { image: { photograph, serial: number } }),
  };
}

/** Makes the texts of the first posts ahead of time. */
export function prepareTexts(
  scenario: Scenario,
  window: number,
  count: number,
  { texts }: PostMaterial,
): void {
  if (scenario === 'image') return;
  for (let index = 0; index < count; index++) texts.at(window * WINDOW_NUMBERS + index);
}
