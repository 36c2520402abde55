import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Classifier } from '../../lib/engine/classifier.js';
import { readImage } from '../image/support/fixtures.js';
import { until } from '../support/until.js';
import { BreakableThreads } from './support/breakable-threads.js';
import { packOf, type TemporaryPack } from './support/packs.js';
import { Recorder } from './support/recorder.js';

describe('while an image waits for its turn, its text', () => {
  const seen = readImage('png-rgb.png');
  let pack: TemporaryPack;
  let threads: BreakableThreads;
  let recorder: Recorder;
  let classifier: Classifier;
  let blocking: Promise<unknown>;

  beforeAll(async () => {
    pack = await packOf('siglip-tiny');
  });

  afterAll(() => pack?.remove());

  /** One image was answered; another is with the only image encoder, which does not answer it. */
  beforeEach(async () => {
    threads = new BreakableThreads();
    recorder = new Recorder();
    classifier = await Classifier.load(pack.folder, {
      ...{ device: 'cpu', threads: 1, settle: true },
      observer: recorder,
      internals: { spawn: threads.spawn },
    });
    await classifier.classify({ image: seen });
    threads.deafen('encode_image');
    blocking = classifier.classify({ image: image(1) }).catch(({ code }) => code);
    await until(() => images().running === 1, describeImages);
    recorder.clear();
  });

  afterEach(() => classifier?.close());

  /** An image of its own. */
  function image(number: number): Uint8Array {
    return Uint8Array.from([...seen, number]);
  }

  const images = () => classifier.stats().stages.encode_image;
  const describeImages = () => `Images: ${JSON.stringify(images())}.`;

  /** Posts whose images wait. */
  async function submit(...texts: string[]): Promise<Promise<string>[]> {
    const posts = texts.map((text, index) => ({ text, image: image(2 + index) }));
    const outcomes = posts.map((post) =>
      classifier.classify(post).then(
        () => 'answered',
        ({ code }) => code as string,
      ),
    );
    await until(() => images().queued === texts.length, describeImages);
    return outcomes;
  }

  const textBatches = () =>
    recorder.batches.filter(({ stage }) => stage === 'encode_text').map(({ items }) => items);

  test('waits for company, and takes no longer than a text alone may', async () => {
    const waiting = await submit('blorp', 'snerf');
    expect(textBatches()).toEqual([]);
    expect(classifier.stats().stages.encode_text).toMatchObject({ queued: 2, running: 0 });
    await classifier.classify({ text: 'a zorp without picture' });
    expect(textBatches()).toEqual([3]);

    await threads.kill('encode_image');
    expect(await Promise.all([blocking, ...waiting])).toEqual(['worker_failed', 'answered', 'answered']);
    expect(textBatches()).toEqual([3]);
  });

  test('is encoded, with those that wait as it does, when that turn comes', async () => {
    const waiting = await submit('blorp', 'snerf', 'plim');
    await threads.kill('encode_image');
    expect(await Promise.all(waiting)).toEqual(['answered', 'answered', 'answered']);
    expect(textBatches()).toEqual([3]);
  });

  test('is encoded at once when a post without an image has the same', async () => {
    await submit('blorp');
    const { modalitiesUsed } = await classifier.classify({ text: 'blorp' });
    expect(modalitiesUsed).toEqual(['text']);
    expect(textBatches()).toEqual([1]);
  });

  test('waits for nothing when the image was seen before', async () => {
    const { modalitiesUsed } = await classifier.classify({ text: 'blorp', image: seen });
    expect(modalitiesUsed).toEqual(['text', 'image']);
  });

  test('is never encoded when the image turns out to be none', async () => {
    const broken = seen.slice(0, seen.length / 2);
    await expect(classifier.classify({ text: 'blorp', image: broken })).rejects.toMatchObject({
      code: 'image_undecodable',
    });
    expect(textBatches()).toEqual([]);
    expect(recorder.drops).toBe(1);
    expect(classifier.stats().stages.encode_text.queued).toBe(0);
  });

  test('is not kept waiting by what ends the engine', async () => {
    const waiting = await submit('blorp');
    await classifier.close();
    expect(await Promise.all(waiting)).toEqual(['shutting_down']);
  });
});
