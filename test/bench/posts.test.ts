import { beforeAll, describe, expect, test } from '@jest/globals';
import { bodyOf, imageFileOf } from '../../bench/posts/body.js';
import { makePhotographs, type Photograph } from '../../bench/posts/photographs.js';
import { type PostMaterial, postStream, type Scenario } from '../../bench/posts/post-stream.js';
import { Texts } from '../../bench/posts/texts.js';
import { decodeBase64 } from '../../container/request/base64.js';

/** A token for each character: enough for the lengths to be held to. */
const countCharacters = (text: string): number => text.length;

describe('texts', () => {
  test('have 5 to 40 tokens, are the same each time, and no two are alike', () => {
    const [one, other] = [new Texts(countCharacters), new Texts(countCharacters)];
    const texts = Array.from({ length: 2000 }, (_, index) => one.at(index));
    for (const text of texts) {
      expect(text.length).toBeGreaterThanOrEqual(4); // a cut may leave a blank at the end, which goes
      expect(text.length).toBeLessThanOrEqual(40);
    }
    expect(other.at(1999)).toBe(texts[1999]);
    const long = Array.from({ length: 2000 }, (_, index) => new Texts(countCharacters, 40).at(index));
    expect(new Set(long).size).toBe(2000);
  });
});

describe('post streams', () => {
  let photographs: Photograph[];
  let material: PostMaterial;

  beforeAll(async () => {
    photographs = await makePhotographs(2, 64);
    material = { texts: new Texts(countCharacters, 40), photographs };
  });

  const bodies = (scenario: Scenario, window: number, count: number): string[] => {
    const posts = postStream(scenario, window, material);
    return Array.from({ length: count }, () => Buffer.concat(bodyOf(posts.next().value)).toString());
  };

  test.each(['text+image', 'text', 'image'] as const)('no %s post comes twice, in no window', (scenario) => {
    const sent = [...bodies(scenario, 0, 60), ...bodies(scenario, 1, 60)];
    expect(new Set(sent).size).toBe(120);
    expect(bodies(scenario, 1, 60)).toEqual(sent.slice(60));
  });

  test('half of a stream with repeats came before', () => {
    const sent = bodies('repeats', 3, 600);
    expect(new Set(sent).size / sent.length).toBeGreaterThan(0.44);
    expect(new Set(sent).size / sent.length).toBeLessThan(0.56);
  });

  test('a body holds the post: its text, and the picture with its comment', () => {
    const [photograph] = photographs as [Photograph];
    const image = { photograph, serial: 17 };
    const body = Buffer.concat(bodyOf({ text: 'a "quoted" text', image })).toString();
    const [instance] = (JSON.parse(body) as { instances: { text: string; image_base64: string }[] })
      .instances;
    expect(instance?.text).toBe('a "quoted" text');
    expect(decoded(instance?.image_base64 ?? '')).toEqual(imageFileOf(image));
  });
});

function decoded(base64: string): Buffer {
  const steps = decodeBase64(base64, 1e6);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
