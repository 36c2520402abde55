import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { tokenRows } from '../../lib/checkpoint/manifest.js';
import { openPack } from '../../lib/checkpoint/pack/pack.js';
import { defaultLimits } from '../../lib/contract/limits.js';
import { Classifier } from '../../lib/engine/classifier.js';
import type { WorkerEvent } from '../../lib/engine/observer.js';
import type { ClassifierOptions } from '../../lib/engine/options.js';
import type { Spawn } from '../../lib/engine/supervision/spawn.js';
import { bytesOfRow } from '../../lib/text/token-table.js';
import { loadTokenizer } from '../../lib/text/tokenizer.js';
import { readImage } from '../image/support/fixtures.js';
import { LeapingClock } from '../support/leaping-clock.js';
import { until } from '../support/until.js';
import { BreakableThreads } from './support/breakable-threads.js';
import { FakeThread } from './support/fake-thread.js';
import { forge } from './support/forge.js';
import { packOf, type TemporaryPack } from './support/packs.js';
import { poisonedPack } from './support/poisoned-checkpoint.js';
import { Recorder } from './support/recorder.js';

let pack: TemporaryPack;

beforeAll(async () => {
  pack = await packOf('siglip-tiny');
});

afterAll(() => pack?.remove());

/** Milliseconds that a worker has for a call: less than a request has. */
const WORKER_TIMEOUT_MS = 30_000;

async function loadBreakable({ threads: cores = 1 } = {}) {
  const threads = new BreakableThreads();
  const clock = new LeapingClock();
  const recorder = new Recorder();
  const classifier = await Classifier.load(pack.folder, {
    device: 'cpu',
    threads: cores,
    settle: true,
    limits: defaultLimits({ workerTimeoutMs: WORKER_TIMEOUT_MS }),
    observer: recorder,
    internals: { spawn: threads.spawn, clock },
  });
  return { threads, recorder, classifier, clock };
}

/** Lives of a worker: whether one was followed by one that answers faster is a matter of time. */
function changesOf(recorder: Recorder, worker: string): WorkerEvent[] {
  return recorder.workers.filter((event) => event.worker === worker && event.change !== 'improved');
}

/** A text of its own that takes the way through all workers: short ones are tokenized on the spot. */
function longText(words: string): string {
  return `${words} `.repeat(500);
}

function untilStatus(classifier: Classifier, status: string): Promise<void> {
  const otherwise = () => `The engine is ${classifier.status}, never ${status}.`;
  return until(() => classifier.status === status, otherwise);
}

describe('when a worker is killed', () => {
  test.each(['tokenize', 'encode_text', 'classify'])(
    'its items get worker_failed, %s is replaced, and the status tells the truth',
    async (worker) => {
      const { threads, recorder, classifier } = await loadBreakable();
      try {
        // Deaf first, so that the item is under way when the worker dies.
        threads.deafen(worker);
        const lost = classifier.classify({ text: longText(`lost in ${worker}`) });
        const failure = expect(lost).rejects.toMatchObject({ code: 'worker_failed' });
        const stage = () => classifier.stats().stages[worker as 'tokenize'];
        await until(
          () => stage().running > 0,
          () => `${worker} computes nothing.`,
        );
        await threads.kill(worker);
        await failure;
        expect(classifier.status).toBe('degraded');
        const answer = classifier.classify({ text: longText(`waits for the new ${worker}`) });
        expect((await answer).probabilities).toHaveLength(5);
        expect(classifier.status).toBe('ready');
        expect(recorder.statuses).toEqual(['ready', 'degraded', 'ready']);
        expect(changesOf(recorder, worker)).toEqual([
          { worker, change: 'ready' },
          { worker, change: 'lost', reason: expect.stringContaining('it crashed. It was told to') },
          { worker, change: 'ready' },
        ]);
      } finally {
        await classifier.close();
      }
    },
  );

  test('and it was the tokenizer of long texts, short ones are answered meanwhile', async () => {
    const { threads, classifier } = await loadBreakable();
    try {
      await threads.kill('tokenize');
      expect(classifier.status).toBe('degraded');
      const long = classifier.classify({ text: longText('waits') });
      expect((await classifier.classify({ text: 'does not wait' })).modalitiesUsed).toEqual(['text']);
      expect((await long).textTruncated).toBe(true);
      expect(classifier.status).toBe('ready');
    } finally {
      await classifier.close();
    }
  });

  test.each(['decode_image', 'encode_image'])('images wait for the new %s', async (worker) => {
    const { threads, recorder, classifier } = await loadBreakable();
    try {
      await threads.kill(worker);
      const answer = await classifier.classify({ image: readImage('png-rgb.png') });
      expect(answer.modalitiesUsed).toEqual(['image']);
      expect(changesOf(recorder, worker).map(({ change }) => change)).toEqual(['ready', 'lost', 'ready']);
      expect(classifier.status).toBe('ready');
    } finally {
      await classifier.close();
    }
  });

  test('and has a replica, this one answers meanwhile', async () => {
    const { threads, recorder, classifier } = await loadBreakable({ threads: 2 });
    try {
      await threads.kill('encode_image_2');
      const { modalitiesUsed } = await classifier.classify({ image: readImage('png-rgb.png') });
      expect(modalitiesUsed).toEqual(['image']);
      await untilStatus(classifier, 'ready');
      expect(changesOf(recorder, 'encode_image_2').map(({ change }) => change)).toEqual([
        'ready',
        'lost',
        'ready',
      ]);
      expect(changesOf(recorder, 'encode_image_1').map(({ change }) => change)).toEqual(['ready']);
    } finally {
      await classifier.close();
    }
  });

  test('again and again between answers, every item is accounted for', async () => {
    const { threads, classifier } = await loadBreakable();
    try {
      const names = ['tokenize', 'encode_text', 'classify'];
      const outcomes: string[] = [];
      for (let round = 0; round < 9; round++) {
        const posts = Array.from({ length: 10 }, (_, index) =>
          classifier.classify({ text: longText(`round ${round} ${index}`) }),
        );
        const kill = threads.kill(names[round % 3] ?? '');
        for (const result of await Promise.allSettled(posts)) {
          outcomes.push(result.status === 'fulfilled' ? 'ok' : result.reason.code);
        }
        await kill;
      }
      expect(outcomes).toHaveLength(90);
      expect(new Set(outcomes)).toEqual(new Set(['ok', 'worker_failed']));
      await untilStatus(classifier, 'ready');
      expect(classifier.stats().lanes.text.held).toBe(0);
    } finally {
      await classifier.close();
    }
  });
});

describe('when a worker hangs', () => {
  test('its item fails after the timeout, and it is replaced', async () => {
    const { threads, recorder, classifier, clock } = await loadBreakable();
    try {
      threads.deafen('encode_text');
      const failure = expect(classifier.classify({ text: 'never answered' })).rejects.toMatchObject({
        code: 'worker_failed',
        message: expect.stringContaining(`did not answer within ${WORKER_TIMEOUT_MS} ms`),
      });
      await until(() => classifier.stats().stages.encode_text.running === 1);
      clock.leap(WORKER_TIMEOUT_MS);
      await failure;
      await untilStatus(classifier, 'ready');
      expect((await classifier.classify({ text: 'answered' })).probabilities).toHaveLength(5);
      expect(recorder.statuses).toEqual(['ready', 'degraded', 'ready']);
    } finally {
      await classifier.close();
    }
  });

  test.each(['decode_image', 'encode_image'] as const)(
    '%s: an image costs its own item, never the texts',
    async (worker) => {
      const { threads, recorder, classifier, clock } = await loadBreakable();
      try {
        const image = readImage('png-rgb.png');
        threads.deafen(worker);
        const failure = expect(classifier.classify({ image })).rejects.toMatchObject({
          code: 'worker_failed',
        });
        expect((await classifier.classify({ text: 'meanwhile' })).probabilities).toHaveLength(5);
        await until(() => classifier.stats().stages[worker].running === 1);
        clock.leap(WORKER_TIMEOUT_MS);
        await failure;
        await untilStatus(classifier, 'ready');
        expect((await classifier.classify({ image })).modalitiesUsed).toEqual(['image']);
        expect(changesOf(recorder, worker).map(({ change }) => change)).toEqual(['ready', 'lost', 'ready']);
      } finally {
        await classifier.close();
      }
    },
  );

  test('an item whose deadline comes first gets deadline_exceeded', async () => {
    const { threads, classifier } = await loadBreakable();
    try {
      threads.deafen('encode_text');
      const late = classifier.classify({ text: 'late' }, { deadline: performance.now() + 100 });
      await expect(late).rejects.toMatchObject({ code: 'deadline_exceeded' });
    } finally {
      await classifier.close();
    }
  });
});

describe('when a worker cannot be replaced', () => {
  test('the engine fails, says so once, and takes no more work', async () => {
    const recorder = new Recorder();
    let broken = false;
    const clock = new LeapingClock();
    const threads = new BreakableThreads();
    const spawn: Spawn = (entry, start, name) => {
      if (!broken) return threads.spawn(entry, start, name);
      const thread = new FakeThread();
      setImmediate(() => thread.crash('cannot load its session'));
      return thread;
    };
    const limits = defaultLimits({ workerTimeoutMs: 600_000, requestTimeoutMs: 3_600_000 });
    const classifier = await Classifier.load(pack.folder, {
      device: 'cpu',
      threads: 1,
      settle: true,
      limits,
      observer: recorder,
      internals: { spawn, clock },
    });
    try {
      broken = true;
      await threads.kill('encode_text');
      const waits = classifier.classify({ text: 'waits for a worker that never comes' });
      const failure = expect(waits).rejects.toMatchObject({ code: 'worker_failed' });
      // The pauses between the attempts add up to some seconds.
      await until(() => {
        clock.leap(100);
        return classifier.status === 'failed';
      });
      await failure;
      expect(recorder.statuses).toEqual(['ready', 'degraded', 'failed']);
      expect(recorder.failures).toEqual([expect.objectContaining({ code: 'not_ready' })]);
      await expect(classifier.classify({ text: 'comes later' })).rejects.toMatchObject({ code: 'not_ready' });
    } finally {
      await classifier.close();
    }
  });
});

describe('when the engine is closed under load', () => {
  test('what is not answered gets shutting_down, and closing ends', async () => {
    const { classifier } = await loadBreakable();
    const posts = Array.from({ length: 50 }, (_, index) => classifier.classify({ text: `closing ${index}` }));
    const results = Promise.allSettled(posts);
    await Promise.all([classifier.close(), classifier.close()]);
    const rejected = (await results).filter((result) => result.status === 'rejected');
    expect(rejected.length).toBeGreaterThan(0);
    for (const { reason } of rejected) expect(reason).toMatchObject({ code: 'shutting_down' });
    expect(classifier.status).toBe('closed');
  });
});

describe('a model that gives no number', () => {
  test('makes an error of the item, which is never cached, and costs its neighbours nothing', async () => {
    const poisoned = await poisonedPack('w');
    const recorder = new Recorder();
    const classifier = await Classifier.load(poisoned.folder, {
      device: 'cpu',
      threads: 1,
      observer: recorder,
    });
    try {
      recorder.clear();
      const texts = ['abc', 'w', 'xyz', 'w'];
      const results = await Promise.allSettled(texts.map((text) => classifier.classify({ text })));
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
      expect(results[1]).toMatchObject({ reason: { code: 'output_invalid' } });
      await expect(classifier.classify({ text: 'w' })).rejects.toMatchObject({ code: 'output_invalid' });
      expect(recorder.cached).toEqual(['text miss', 'text miss', 'text miss', 'text shared', 'text miss']);
      expect(recorder.batches.map(({ outcome }) => outcome)).not.toContain('split');
    } finally {
      await classifier.close();
      await poisoned.remove();
    }
  });
});

describe('a pack that cannot be served', () => {
  let copy: string;

  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), 'engine-test-'));
  });

  afterAll(() => rm(copy, { recursive: true, force: true }));

  const load = (folder: string, options: ClassifierOptions = {}) =>
    Classifier.load(folder, { device: 'cpu', threads: 1, ...options });

  async function copied(name: string): Promise<string> {
    const folder = join(copy, name);
    await cp(pack.folder, folder, { recursive: true });
    return folder;
  }

  test('because it is not there', async () => {
    await expect(load(join(copy, 'nowhere'))).rejects.toMatchObject({ code: 'pack_invalid' });
  });

  test('because a byte of its weights was altered', async () => {
    const folder = await copied('altered');
    const weights = join(folder, 'model.safetensors');
    const bytes = await readFile(weights);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    await writeFile(weights, bytes);
    await expect(load(folder)).rejects.toMatchObject({
      code: 'pack_invalid',
      message: expect.stringContaining('model.safetensors'),
    });
  });

  test('because a row of its token table was altered: who reads it is told, and SHA-256 ends it', async () => {
    const folder = await copied('altered-row');
    const { manifest } = await openPack(folder, { verify: false });
    const tokenizer = loadTokenizer(join(folder, manifest.text.tokenizer), manifest.text);
    const { start } = tokenRows(manifest);
    const weights = join(folder, manifest.weights);
    const bytes = await readFile(weights);
    const [token = 0] = tokenizer.encode('w').ids;
    const at = start + token * bytesOfRow(manifest.tokenTable);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    await writeFile(weights, bytes);

    const trusted = await load(folder, { verify: false });
    const results = await Promise.allSettled(['abc', 'w', 'xyz'].map((text) => trusted.classify({ text })));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { code: 'output_invalid' } });
    await trusted.close();

    await expect(load(folder, { settle: true })).rejects.toMatchObject({
      code: 'pack_invalid',
      message: expect.stringContaining('model.safetensors has SHA-256'),
    });
  });

  test.each([{ settle: true }, { settle: false }])(
    'because a byte was altered and its GMAC with it, which SHA-256 tells (%j)',
    async ({ settle }) => {
      const folder = await copied(`forged-${settle}`);
      await forge(folder, 'model.safetensors');
      const recorder = new Recorder();
      const loading = load(folder, { settle, observer: recorder });
      const altered = {
        code: 'pack_invalid',
        message: expect.stringContaining('model.safetensors has SHA-256'),
      };
      if (settle) {
        await expect(loading).rejects.toMatchObject(altered);
        return;
      }
      const classifier = await loading;
      await classifier.settled;
      expect({ status: classifier.status, failures: recorder.failures }).toEqual({
        status: 'failed',
        failures: [expect.objectContaining(altered)],
      });
      await expect(classifier.classify({ text: 'comes later' })).rejects.toMatchObject(altered);
      await classifier.close();
    },
  );

  test('because a file is longer than its manifest says', async () => {
    const folder = await copied('longer');
    await appendFile(join(folder, 'head.onnx'), 'x');
    await expect(load(folder)).rejects.toMatchObject({ code: 'pack_invalid' });
  });

  test('on a device that is not there', async () => {
    // A machine with CUDA would load it; the rule itself is tested in device.test.ts.
    const outcome = await load(pack.folder, { device: 'cuda' }).then(
      async (classifier) => {
        await classifier.close();
        return classifier.device.used;
      },
      (error) => error.code,
    );
    expect(['cuda', 'device_unavailable']).toContain(outcome);
  });

  test('because the caller stopped loading it', async () => {
    const stop = new AbortController();
    const loading = load(pack.folder, { signal: stop.signal });
    setImmediate(() => stop.abort(new Error('stopped')));
    await expect(loading).rejects.toThrow('stopped');
  });
});
