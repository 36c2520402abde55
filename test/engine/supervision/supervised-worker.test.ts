import { describe, expect, test } from '@jest/globals';
import { SupervisedWorker, type WorkerChange } from '../../../lib/engine/supervision/supervised-worker.js';
import { WorkerLost } from '../../../lib/engine/supervision/worker-lost.js';
import { FakeClock, settle } from '../../support/fake-clock.js';
import { FakeThread } from '../support/fake-thread.js';

function setUp({ improved = false } = {}) {
  const clock = new FakeClock();
  const threads: FakeThread[] = [];
  const changes: WorkerChange['kind'][] = [];
  const spawn = () => {
    const thread = new FakeThread();
    threads.push(thread);
    return thread;
  };
  const worker = new SupervisedWorker<string, string>({
    name: 'test',
    spawn,
    spawnImproved: improved ? spawn : undefined,
    probe: {
      request: () => 'probe',
      check: (response) => {
        if (response !== 'fine') throw new Error(`The probe gave ${response}.`);
      },
    },
    timeouts: { startMs: 1_000, callMs: 500 },
    clock,
    onChange: ({ kind }) => changes.push(kind),
  });
  const newest = () => threads.at(-1) as FakeThread;
  /** Brings the newest thread up: it says that it is ready and answers its probe. */
  const comeUp = async () => {
    newest().say({ kind: 'ready' });
    newest().answer('fine');
    await settle();
  };
  return { clock, threads, changes, worker, newest, comeUp };
}

async function started(options = {}) {
  const parts = setUp(options);
  const start = parts.worker.start();
  await parts.comeUp();
  await start;
  return parts;
}

describe('a supervised worker', () => {
  test('is ready when its thread has answered a probe, which it is sent at once; a replacement too', async () => {
    const { worker, newest, clock, comeUp } = setUp();
    const start = worker.start();
    expect(newest().calls.map(({ request }) => request)).toEqual(['probe']);
    newest().say({ kind: 'ready' });
    await settle();
    expect({ state: worker.state, idle: worker.idle }).toEqual({ state: 'starting', idle: false });
    newest().answer('fine');
    expect(await start).toBe('fine');
    expect({ state: worker.state, idle: worker.idle }).toEqual({ state: 'ready', idle: true });
    newest().crash('out of heap');
    await clock.pass(0);
    expect(newest().calls.map(({ request }) => request)).toEqual(['probe']);
    expect({ state: worker.state, idle: worker.idle }).toEqual({ state: 'starting', idle: false });
    await comeUp();
    expect({ state: worker.state, idle: worker.idle }).toEqual({ state: 'ready', idle: true });
  });

  test('whose answer to the probe is wrong cannot start; a replacement is replaced again', async () => {
    const { worker, newest } = setUp();
    const start = expect(worker.start()).rejects.toThrow('The probe gave nonsense.');
    newest().say({ kind: 'ready' });
    newest().answer('nonsense');
    await start;
    expect({ state: worker.state, stopped: newest().stopped }).toEqual({ state: 'failed', stopped: true });

    const later = await started();
    later.newest().crash('out of heap');
    await later.clock.pass(0);
    later.newest().say({ kind: 'ready' });
    later.newest().answer('nonsense');
    await later.clock.pass(100);
    expect(later.threads).toHaveLength(3);
    await later.comeUp();
    expect(later.worker.state).toBe('ready');
  });

  test('that is ready and hangs in its probe is lost as one that hangs in a call', async () => {
    const { worker, newest, clock } = setUp();
    const start = expect(worker.start()).rejects.toThrow('did not answer within 500 ms');
    await clock.pass(900);
    newest().say({ kind: 'ready' });
    await clock.pass(499);
    expect(newest().stopped).toBe(false);
    await clock.pass(1);
    await start;
    expect({ stopped: newest().stopped, timers: clock.pendingTimers }).toEqual({ stopped: true, timers: 0 });
  });

  test('answers calls whatever the order of the answers', async () => {
    const { worker, newest } = await started();
    const calls = [worker.call('a', []), worker.call('b', [])];
    expect(worker.idle).toBe(false);
    const [, a, b] = newest().calls;
    newest().say({ kind: 'result', id: b?.id ?? -1, response: 'B' });
    newest().say({ kind: 'result', id: a?.id ?? -1, response: 'A' });
    newest().say({ kind: 'result', id: a?.id ?? -1, response: 'twice' });
    expect(await Promise.all(calls)).toEqual(['A', 'B']);
    expect(worker.idle).toBe(true);
  });

  test('passes on what the worker reports: declared errors as such, others with their message', async () => {
    const { worker, newest } = await started();
    const declared = worker.call('a', []);
    const id = () => newest().calls.at(-1)?.id ?? -1;
    newest().say({ kind: 'error', id: id(), error: { code: 'image_undecodable', message: 'truncated' } });
    await expect(declared).rejects.toMatchObject({ code: 'image_undecodable', message: 'truncated' });
    const other = worker.call('b', []);
    newest().say({ kind: 'error', id: id(), error: { message: 'odd shape' } });
    await expect(other).rejects.toThrow('odd shape');
    expect(worker.state).toBe('ready');
  });

  test('that crashes fails its calls as retryable, at once, and is replaced', async () => {
    const { worker, newest, threads, changes, clock, comeUp } = await started();
    const call = worker.call('a', []);
    newest().crash('out of heap');
    await expect(call).rejects.toBeInstanceOf(WorkerLost);
    await expect(call).rejects.toMatchObject({ code: 'worker_failed' });
    expect(worker.state).toBe('starting');
    await expect(worker.call('b', [])).rejects.toBeInstanceOf(WorkerLost);
    await clock.pass(0);
    expect(threads).toHaveLength(2);
    await comeUp();
    const next = worker.call('c', []);
    newest().answer('C');
    expect(await next).toBe('C');
    expect(changes).toEqual(['ready', 'lost', 'ready']);
  });

  test('is never chosen between its crash and its replacement', async () => {
    const { worker, newest } = await started();
    newest().crash('out of heap');
    expect(worker.idle).toBe(false);
  });

  test('that hangs is ended and replaced after the timeout, and shows how long it has been silent', async () => {
    const { worker, threads, clock, comeUp } = await started();
    const call = worker.call('a', []);
    await clock.pass(499);
    expect(worker.busyMs).toBe(499);
    expect(threads).toHaveLength(1);
    const failure = expect(call).rejects.toThrow('did not answer within 500 ms');
    await clock.pass(1);
    await failure;
    expect(threads[0]?.stopped).toBe(true);
    await clock.pass(0);
    await comeUp();
    expect(worker.state).toBe('ready');
    expect(clock.pendingTimers).toBe(0);
  });

  test('that cannot start the first time says why and is not tried again', async () => {
    const { worker, newest, threads, clock } = setUp();
    const start = worker.start();
    newest().say({ kind: 'unusable', error: { code: 'pack_invalid', message: 'no such graph' } });
    await expect(start).rejects.toMatchObject({ code: 'pack_invalid', message: 'no such graph' });
    await clock.pass(60_000);
    expect(threads).toHaveLength(1);
    expect(worker.state).toBe('failed');
  });

  test('that is not ready in time counts as lost', async () => {
    const { worker, newest, clock } = setUp();
    const start = expect(worker.start()).rejects.toThrow('not ready within 1000 ms');
    await clock.pass(1_000);
    await start;
    expect(newest().stopped).toBe(true);
  });

  test('that dies again and again is given up, after longer and longer pauses', async () => {
    const { worker, newest, threads, changes, clock } = await started();
    for (const pause of [0, 100, 200, 400, 800, 1600, 3200]) {
      const lives = threads.length;
      newest().crash('bad session');
      await clock.pass(Math.max(0, pause - 1));
      if (pause > 0) expect(threads).toHaveLength(lives);
      await clock.pass(1);
      expect(threads).toHaveLength(lives + 1);
    }
    newest().crash('bad session');
    await clock.pass(60_000);
    expect({ state: worker.state, lives: threads.length }).toEqual({ state: 'failed', lives: 8 });
    expect(changes.filter((change) => change === 'given-up')).toHaveLength(1);
    await expect(worker.call('a', [])).rejects.toBeInstanceOf(WorkerLost);
  });

  test('is not given up as long as it answers something between its crashes', async () => {
    const { worker, newest, clock, comeUp } = await started();
    for (let life = 0; life < 20; life++) {
      const call = worker.call('a', []);
      newest().answer('A');
      await call;
      newest().crash('killed');
      await clock.pass(0);
      await comeUp();
    }
    expect(worker.state).toBe('ready');
  });

  test('that is closed is not replaced', async () => {
    const { worker, newest, threads, clock } = await started();
    const call = expect(worker.call('a', [])).rejects.toBeInstanceOf(WorkerLost);
    await worker.close();
    await call;
    newest().crash('late');
    await clock.pass(60_000);
    expect(threads).toHaveLength(1);
    expect({ state: worker.state, ended: newest().stopped }).toEqual({ state: 'closed', ended: true });
  });
});

describe('a worker that starts fast and is followed by one that answers fast', () => {
  /** Calls of which the answer shows who computed it. */
  const answerOf = async ({ worker, threads }: Awaited<ReturnType<typeof started>>, thread: number) => {
    const call = worker.call('a', []);
    threads[thread]?.answer(`answer of ${thread}`);
    return call;
  };

  test('answers all the while, and the second takes over when it has answered its probe', async () => {
    const parts = await started({ improved: true });
    const { worker, threads, comeUp, changes } = parts;
    const improving = worker.improve();
    expect(threads).toHaveLength(2);
    expect(await answerOf(parts, 0)).toBe('answer of 0');
    threads[1]?.say({ kind: 'ready' });
    await settle();
    expect(await answerOf(parts, 0)).toBe('answer of 0');
    await comeUp();
    await improving;
    expect(await answerOf(parts, 1)).toBe('answer of 1');
    expect({ state: worker.state, stopped: threads.map(({ stopped }) => stopped), changes }).toEqual({
      state: 'ready',
      stopped: [true, false],
      changes: ['ready', 'improved'],
    });
  });

  test('gives the answer that the first owes, before that is ended', async () => {
    const { worker, threads, comeUp } = await started({ improved: true });
    const owed = worker.call('long', []);
    const improving = worker.improve();
    await comeUp();
    await improving;
    expect(worker.idle).toBe(true);
    expect(threads[0]?.stopped).toBe(false);
    threads[0]?.answer('at last');
    expect(await owed).toBe('at last');
    await settle();
    expect(threads[0]?.stopped).toBe(true);
    expect(worker.state).toBe('ready');
  });

  test('goes on with the first when the second cannot start, and says so', async () => {
    const parts = await started({ improved: true });
    const { worker, threads, newest, changes } = parts;
    const improving = worker.improve();
    newest().say({ kind: 'unusable', error: { code: 'resource_exhausted', message: 'no memory' } });
    await improving;
    expect(await answerOf(parts, 0)).toBe('answer of 0');
    expect({ changes, lives: threads.length }).toEqual({ changes: ['ready', 'not-improved'], lives: 2 });
  });

  test('that loses the first while the second starts is replaced, and the replacement is improved', async () => {
    const { worker, threads, changes, clock } = await started({ improved: true });
    const improving = worker.improve();
    threads[0]?.crash('killed');
    threads[1]?.say({ kind: 'ready' });
    threads[1]?.answer('fine');
    await improving;
    expect({ state: worker.state, stopped: threads[1]?.stopped }).toEqual({
      state: 'starting',
      stopped: true,
    });
    for (const thread of [2, 3]) {
      await clock.pass(0);
      threads[thread]?.say({ kind: 'ready' });
      threads[thread]?.answer('fine');
      await settle();
    }
    expect(threads.map(({ stopped }) => stopped)).toEqual([true, true, true, false]);
    expect({ state: worker.state, changes }).toEqual({
      state: 'ready',
      changes: ['ready', 'lost', 'ready', 'improved'],
    });
  });

  test('that is closed while the second starts ends both', async () => {
    const { worker, threads, changes } = await started({ improved: true });
    const improving = worker.improve();
    await worker.close();
    await improving;
    expect(threads.map(({ stopped }) => stopped)).toEqual([true, true]);
    expect({ state: worker.state, changes }).toEqual({ state: 'closed', changes: ['ready'] });
  });
});
