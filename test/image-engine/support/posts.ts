import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import { isItemError, replySchema, type Slot } from '../../../lib/contract/reply.js';
import { readModelCases } from '../../support/model-cases.js';
import { fixture } from '../../support/project-root.js';

export const CHECKPOINT = fixture('models', 'siglip-tiny');
const TOLERANCE = 1e-5;

export interface Post {
  readonly id: string;
  readonly text: string;
  /** A file's path. */
  readonly image: string;
  /** What PyTorch answered. */
  readonly probabilities: readonly number[];
}

/** The fixture's posts of text and image. */
export async function readPosts(): Promise<Post[]> {
  const answers = new Map((await readModelCases('siglip-tiny')).map((answer) => [answer.id, answer]));
  const { cases } = readCases();
  return cases.flatMap(({ id, kind, text, image }) => {
    const answer = answers.get(id);
    if (kind !== 'instance' || text === null || image === null) return [];
    if (answer?.textPresent !== 1 || answer.imagePresent !== 1) return [];
    return [{ id, text, image: fixture('images', image), probabilities: [...answer.probabilities] }];
  });
}

export function toInstance({ id, text, image }: Post) {
  return { id, text, image_base64: readFileSync(image).toString('base64') };
}

/** A request of all of them. */
export function bodyOf(posts: readonly Post[]): string {
  return JSON.stringify({ instances: posts.map(toInstance) });
}

/** Checks that a reply answers each of them as PyTorch did. */
export function expectReply(reply: unknown, posts: readonly Post[]): void {
  const { predictions } = replySchema.parse(reply);
  expect(predictions).toHaveLength(posts.length);
  for (const [index, post] of posts.entries()) expectSlot(predictions[index], post);
}

export function expectSlot(slot: Slot | undefined, { id, probabilities }: Post): void {
  if (slot === undefined || isItemError(slot)) throw new Error(`${id}: ${JSON.stringify(slot)}`);
  expectProbabilities(slot.probabilities, probabilities);
}

export function expectProbabilities(actual: Record<string, number>, expected: readonly number[]): void {
  for (const [index, name] of readCases().class_names.entries()) {
    const difference = Math.abs((actual[name] ?? Number.NaN) - (expected[index] ?? Number.NaN));
    expect({ name, close: difference <= TOLERANCE }).toEqual({ name, close: true });
  }
}

interface Cases {
  readonly cases: { id: string; kind: string; text: string | null; image: string | null }[];
  readonly class_names: string[];
}

function readCases(): Cases {
  return JSON.parse(readFileSync(`${CHECKPOINT}/cases.json`, 'utf8')) as Cases;
}
