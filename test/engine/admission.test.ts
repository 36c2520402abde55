import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AdmissionDesk, type Demand } from '../../lib/engine/admission.js';
import type { Classification, Post } from '../../lib/engine/classification.js';
import { Lane } from '../../lib/engine/lane.js';
import { settle } from '../support/fake-clock.js';

const ANSWER = {} as Classification;
const IMAGE = new Uint8Array(1);

function setUp({ texts = 4, images = 2, msPerItem = 10 } = {}) {
  const lanes = { text: new Lane(texts, () => msPerItem), image: new Lane(images, () => msPerItem) };
  const running: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const desk = new AdmissionDesk(
    lanes,
    () =>
      new Promise((resolve, reject) => {
        running.push({ resolve: () => resolve(ANSWER), reject });
      }),
  );
  const held = () => ({ texts: lanes.text.held, images: lanes.image.held });
  return { lanes, desk, running, held };
}

describe('admission', () => {
  test('takes the places of a request in both lanes or in none', () => {
    const { desk, held } = setUp();
    desk.admit({ texts: 1, images: 2 });
    expect(held()).toEqual({ texts: 1, images: 2 });
    expect(() => desk.admit({ texts: 1, images: 1 })).toThrow(
      expect.objectContaining({ code: 'overloaded' }),
    );
    expect(held()).toEqual({ texts: 1, images: 2 });
    desk.admit({ texts: 3, images: 0 });
    expect(held()).toEqual({ texts: 4, images: 2 });
  });

  test('frees the places of a post when it settles, either way, and the rest on release', async () => {
    const { desk, running, held } = setUp();
    const admission = desk.admit({ texts: 3, images: 2 });
    const good = admission.classify({ text: 'a', image: IMAGE });
    const bad = admission.classify({ image: IMAGE });
    running[0]?.resolve();
    expect(await good).toBe(ANSWER);
    expect(held()).toEqual({ texts: 2, images: 1 });
    running[1]?.reject(new Error('bad'));
    await expect(bad).rejects.toThrow('bad');
    expect(held()).toEqual({ texts: 2, images: 0 });
    admission.release();
    admission.release();
    expect(held()).toEqual({ texts: 0, images: 0 });
  });

  test('keeps the places of posts that are under way when the rest is released', async () => {
    const { desk, running, held } = setUp();
    const admission = desk.admit({ texts: 2, images: 0 });
    const post = admission.classify({ text: 'a' });
    admission.release();
    expect(held()).toEqual({ texts: 1, images: 0 });
    running[0]?.resolve();
    await post;
    expect(held()).toEqual({ texts: 0, images: 0 });
  });

  test('rejects posts beyond those that were admitted', async () => {
    const { desk, held } = setUp();
    const admission = desk.admit({ texts: 1, images: 0 });
    await expect(admission.classify({ image: IMAGE })).rejects.toThrow(RangeError);
    admission.release();
    await expect(admission.classify({ text: 'a' })).rejects.toThrow(RangeError);
    expect(held()).toEqual({ texts: 0, images: 0 });
  });

  test('tells a request that never fits to be split, rather than to come back', () => {
    const { desk } = setUp();
    const refusal = expect.objectContaining({ code: 'too_many_items', retryAfterMs: undefined });
    expect(() => desk.admit({ texts: 0, images: 3 })).toThrow(refusal);
  });

  test('tells a refused request when to come back, by the measured time of an item', () => {
    const { desk } = setUp({ texts: 100, msPerItem: 20 });
    desk.admit({ texts: 100, images: 0 });
    const comeBackIn = (retryAfterMs: number) =>
      expect.objectContaining({ code: 'overloaded', retryAfterMs });
    // A quarter of the lane is worked off in 500 ms; sixty places take 1200 ms.
    expect(() => desk.admit({ texts: 1, images: 0 })).toThrow(comeBackIn(500));
    expect(() => desk.admit({ texts: 60, images: 0 })).toThrow(comeBackIn(1_200));
  });

  test('is idle when the last place was given back', async () => {
    const { desk, running } = setUp();
    await desk.whenIdle();
    const admission = desk.admit({ texts: 2, images: 0 });
    let idle = false;
    const waiting = desk.whenIdle().then(() => {
      idle = true;
    });
    const post = admission.classify({ text: 'a' });
    running[0]?.resolve();
    await post;
    await settle();
    expect(idle).toBe(false);
    admission.release();
    await waiting;
    expect(idle).toBe(true);
  });

  test('whatever requests do, the lanes never hold more than they have and end up empty', async () => {
    const post = fc.constantFrom<Post>({ text: 'a' }, { image: IMAGE }, { text: 'a', image: IMAGE });
    const request = fc.record({
      posts: fc.array(post, { maxLength: 4 }),
      unused: fc.nat(1),
      releaseEarly: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { maxLength: 12 }), fc.nat(3), async (requests, finishEvery) => {
        const { lanes, desk, running, held } = setUp({ texts: 6, images: 5 });
        const all: Promise<unknown>[] = [];
        for (const { posts, unused, releaseEarly } of requests) {
          const demand: Demand = {
            texts: posts.filter(({ text }) => text !== undefined).length + unused,
            images: posts.filter(({ image }) => image !== undefined).length,
          };
          try {
            const admission = desk.admit(demand);
            const answers = Promise.allSettled(posts.map((each) => admission.classify(each)));
            if (releaseEarly) admission.release();
            all.push(answers.finally(() => admission.release()));
          } catch (error) {
            expect(error).toMatchObject({ code: expect.stringMatching(/overloaded|too_many_items/) });
          }
          expect(lanes.text.held).toBeLessThanOrEqual(lanes.text.capacity);
          expect(lanes.image.held).toBeLessThanOrEqual(lanes.image.capacity);
          for (const { resolve } of running.splice(0, finishEvery)) resolve();
          await settle();
        }
        for (const { resolve } of running) resolve();
        await Promise.all(all);
        expect(held()).toEqual({ texts: 0, images: 0 });
      }),
      { numRuns: 100, seed: 30 },
    );
  });
});
