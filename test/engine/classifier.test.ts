import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { defaultLimits } from '../../lib/contract/limits.js';
import { Classifier } from '../../lib/engine/classifier.js';
import { compareArrays } from '../../lib/numeric/compare.js';
import { packOf, type TemporaryPack } from './support/packs.js';
import { Recorder } from './support/recorder.js';
import { type ReferenceCase, referenceCases } from './support/reference-cases.js';

const TOLERANCE = 1e-5;

/** An array of one value per class, as JSON would show it; Jest's equality is strict about array types. */
const values = (array: Float32Array) => [...array];

describe.each(['siglip-tiny', 'siglip-odd', 'clip-tiny', 'clip-mtl', 'clip-mtl-hidden'])(
  'the classifier of %s',
  (model) => {
    let pack: TemporaryPack;
    let classifier: Classifier;
    let cases: ReferenceCase[];

    beforeAll(async () => {
      pack = await packOf(model);
      const limits = defaultLimits({ cacheItems: 0 });
      [classifier, cases] = await Promise.all([
        Classifier.load(pack.folder, { device: 'cpu', threads: 2, settle: true, limits }),
        referenceCases(model),
      ]);
    });

    afterAll(async () => {
      await classifier?.close();
      await pack?.remove();
    });

    test('gives the probabilities of PyTorch within 1e-5, one post at a time', async () => {
      const answerable = cases.filter(({ textPresent, imagePresent }) => textPresent || imagePresent);
      expect(answerable.length).toBeGreaterThan(30);
      for (const { id, post, probabilities, logits, textPresent, imagePresent } of answerable) {
        const answer = await classifier.classify(post);
        const far = { id, ...compareArrays(answer.probabilities, probabilities) };
        expect(far.max).toBeLessThanOrEqual(TOLERANCE);
        expect(compareArrays(answer.logits, logits).max).toBeLessThanOrEqual(10 * TOLERANCE);
        expect(answer.modalitiesUsed).toEqual([
          ...(textPresent ? ['text'] : []),
          ...(imagePresent ? ['image'] : []),
        ]);
      }
    });

    test('gives the same when all posts run together', async () => {
      const answers = await Promise.all(
        cases.map(({ post }) => classifier.classify(post).catch(() => undefined)),
      );
      for (const [index, answer] of answers.entries()) {
        const { probabilities, textPresent, imagePresent } = cases[index] as ReferenceCase;
        expect(answer === undefined).toBe(!textPresent && !imagePresent);
        if (answer === undefined) continue;
        expect(compareArrays(answer.probabilities, probabilities).max).toBeLessThanOrEqual(TOLERANCE);
      }
    });
  },
);

describe('a classifier', () => {
  const recorder = new Recorder();
  let pack: TemporaryPack;
  let classifier: Classifier;
  let photo: Uint8Array;

  beforeAll(async () => {
    pack = await packOf('siglip-tiny');
    classifier = await Classifier.load(pack.folder, {
      device: 'cpu',
      threads: 2,
      settle: true,
      observer: recorder,
    });
    const [withImage] = (await referenceCases('siglip-tiny')).filter(({ post }) => post.image != null);
    photo = withImage?.post.image ?? new Uint8Array();
  });

  beforeEach(() => recorder.clear());

  afterAll(async () => {
    await classifier?.close();
    await pack?.remove();
  });

  test('is ready when it is loaded, and says where it runs and what', () => {
    expect(classifier.status).toBe('ready');
    expect(classifier.device).toEqual({ requested: 'cpu', used: 'cpu', reason: expect.any(String) });
    expect(classifier.packHash).toMatch(/^[0-9a-f]{64}$/);
    expect(classifier.manifest.classNames).toHaveLength(5);
  });

  test('does not run the encoder of an absent modality', async () => {
    await classifier.classify({ text: 'a blorp without picture' });
    expect(recorder.computed('encode_image')).toBe(0);
    await classifier.classify({ image: photo });
    expect(recorder.computed('encode_text')).toBe(1);
    const both = await classifier.classify({ text: ' \n ', image: photo });
    expect(both.modalitiesUsed).toEqual(['image']);
    expect(recorder.computed('encode_text')).toBe(1);
  });

  test('encodes equal content once: in flight, and again later', async () => {
    const post = { text: 'the same zorp twice', image: Uint8Array.from([...photo, 0]) };
    const together = await Promise.all([post, post, post].map((each) => classifier.classify(each)));
    const later = await classifier.classify({ ...post, image: Uint8Array.from(post.image) });
    expect(recorder.computed('encode_text')).toBe(1);
    expect(recorder.computed('decode_image')).toBe(1);
    expect(recorder.computed('encode_image')).toBe(1);
    expect(recorder.cached.filter((event) => event.endsWith('miss'))).toEqual(['text miss', 'image miss']);
    expect(recorder.cached.filter((event) => event.endsWith('shared'))).toHaveLength(4);
    for (const { probabilities } of [...together, later]) {
      expect(values(probabilities)).toEqual(values(together[0]?.probabilities ?? new Float32Array()));
    }
  });

  test('leaves an image as it is, or takes its memory where it is told that it may', async () => {
    const kept = Uint8Array.from([...photo, 1]);
    const given = Uint8Array.from([...photo, 2]);
    const file = Uint8Array.from([...photo, 3, 3]);
    const part = file.subarray(0, -1);
    const [first, second] = await Promise.all([
      classifier.classify({ image: kept }),
      classifier.classify({ image: given }, { transfer: true }),
      classifier.classify({ image: part }, { transfer: true }),
    ]);
    expect(recorder.computed('decode_image')).toBe(3);
    expect(values(second.probabilities)).toEqual(values(first.probabilities));
    expect(kept).toEqual(Uint8Array.from([...photo, 1]));
    expect(given).toHaveLength(0);
    // Others may look at the rest of that memory.
    expect(file).toEqual(Uint8Array.from([...photo, 3, 3]));
  });

  test('batches the texts of one turn', async () => {
    await Promise.all(
      Array.from({ length: 12 }, (_, index) => classifier.classify({ text: `plim ${index}` })),
    );
    const batches = recorder.batches.filter(({ stage }) => stage === 'encode_text');
    expect(recorder.computed('encode_text')).toBe(12);
    expect(batches.length).toBeLessThan(6);
  });

  test('tells when it left text unread', async () => {
    const [short, long] = await Promise.all([
      classifier.classify({ text: 'brief' }),
      classifier.classify({ text: 'word '.repeat(500) }),
    ]);
    expect([short.textTruncated, long.textTruncated]).toEqual([false, true]);
  });

  test('reads the same of a text, whether it is tokenized on the spot or by the worker', async () => {
    const [short, long] = await Promise.all([
      classifier.classify({ text: 'plim plom '.repeat(30) }),
      classifier.classify({ text: 'plim plom '.repeat(900) }),
    ]);
    expect([short.textTruncated, long.textTruncated]).toEqual([true, true]);
    expect([...long.logits]).toEqual([...short.logits]);
    const costs = recorder.batches.filter(({ stage }) => stage === 'tokenize').map(({ cost }) => cost);
    expect(costs.sort((a, b) => a - b)).toEqual([300, 9000]);
  });

  test('says how long each stage took', async () => {
    const { timings } = await classifier.classify({ text: 'how long does a snerf take' });
    expect(Object.keys(timings)).toEqual([
      'tokenize_wait',
      'tokenize',
      'encode_text_wait',
      'encode_text',
      'classify_wait',
      'classify',
      'total',
    ]);
    for (const ms of Object.values(timings)) expect(ms).toBeGreaterThanOrEqual(0);
  });

  test.each([
    ['empty_item', {}],
    ['empty_item', { text: ' \u001c\t', image: null }],
    ['text_too_long', { text: 'x'.repeat(20_001) }],
    ['text_invalid', { text: 'half \ud83d' }],
    ['image_unsupported', { image: new Uint8Array([1, 2, 3, 4]) }],
    ['image_unsupported', { text: 'fine', image: new Uint8Array() }],
    ['image_too_large', { image: new Uint8Array(21 * 1024 * 1024) }],
  ] as const)('answers %s for a bad post', async (code, post) => {
    await expect(classifier.classify(post)).rejects.toMatchObject({ code });
    expect(recorder.posts).toMatchObject([{ outcome: code }]);
  });

  test('answers the neighbours of a corrupt image', async () => {
    const corrupt = photo.slice(0, photo.length / 2);
    const answers = await Promise.allSettled([
      classifier.classify({ image: Uint8Array.from([...photo, 1]) }),
      classifier.classify({ text: 'with a bad picture', image: corrupt }),
      classifier.classify({ text: 'a good neighbour' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(answers[1]).toMatchObject({ reason: { code: 'image_undecodable' } });
  });

  test('rejects with the reason of a caller who leaves, and with deadline_exceeded when time is up', async () => {
    const caller = new AbortController();
    const left = classifier.classify({ text: 'nobody waits for this' }, { signal: caller.signal });
    caller.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    const late = classifier.classify({ text: 'too late' }, { deadline: performance.now() - 1 });
    await expect(late).rejects.toMatchObject({ code: 'deadline_exceeded' });
    expect(recorder.posts.map(({ outcome }) => outcome)).toEqual(['aborted', 'deadline_exceeded']);
    expect(classifier.stats().lanes.text.held).toBe(0);
  });

  test('leaves the bytes of an image as they are, also where they lie in a larger buffer', async () => {
    const buffer = new Uint8Array(photo.length + 64);
    buffer.set(photo, 32);
    const before = Buffer.from(buffer).toString('base64');
    const window = buffer.subarray(32, 32 + photo.length);
    const answer = await classifier.classify({ image: window });
    expect(Buffer.from(buffer).toString('base64')).toBe(before);
    const whole = await classifier.classify({ image: photo });
    expect(values(answer.probabilities)).toEqual(values(whole.probabilities));
  });

  test('does not hold up the event loop while large images are decoded', async () => {
    const large = await sharp({ create: { width: 6000, height: 4000, channels: 3, background: '#3a7' } })
      .jpeg()
      .toBuffer();
    let turns = 0;
    let over = false;
    const turn = (): void => {
      turns += 1;
      if (!over) setImmediate(turn);
    };
    setImmediate(turn);
    await Promise.all(
      [1, 2, 3].map((salt) => classifier.classify({ image: Buffer.concat([large, Buffer.of(salt)]) })),
    );
    over = true;
    expect(recorder.batches.filter(({ stage }) => stage === 'decode_image')).toHaveLength(3);
    // A loop that waited for each of them would turn some dozens of times; this one turns tens of thousands.
    expect(turns).toBeGreaterThan(500);
  });
});

describe('an engine under load', () => {
  test('admits whole requests or none, and drains before it closes', async () => {
    const pack = await packOf('siglip-tiny');
    const limits = defaultLimits({ maxQueuedTexts: 4, maxQueuedImages: 2 });
    const classifier = await Classifier.load(pack.folder, { device: 'cpu', threads: 1, limits });
    try {
      const admission = classifier.admit({ texts: 3, images: 0 });
      const overloaded = expect.objectContaining({ code: 'overloaded', retryAfterMs: expect.any(Number) });
      expect(() => classifier.admit({ texts: 2, images: 0 })).toThrow(overloaded);
      await expect(
        Promise.all(['a', 'b'].map((text) => classifier.classify({ text }))),
      ).rejects.toMatchObject({
        code: 'overloaded',
      });
      const answer = admission.classify({ text: 'accepted before the drain' });
      const drained = classifier.drain();
      expect(classifier.status).toBe('draining');
      await expect(classifier.classify({ text: 'too late' })).rejects.toMatchObject({
        code: 'shutting_down',
      });
      expect((await answer).probabilities).toHaveLength(5);
      admission.release();
      await drained;
    } finally {
      await classifier.close();
      await pack.remove();
    }
    expect(classifier.status).toBe('closed');
    await expect(classifier.classify({ text: 'after the end' })).rejects.toMatchObject({
      code: 'shutting_down',
    });
  });
});
