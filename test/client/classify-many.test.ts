import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Classification, Post as EnginePost } from '../../container/engine.js';
import { AbortedError, type Outcome, type Post, TooLargeError } from '../../lib/client/index.js';
import { ModerationError } from '../../lib/contract/errors.js';
import { inTurn } from '../../lib/emulator/faults/fault.js';
import { echo } from '../container/support/fake-engine.js';
import { signalled } from '../support/signalled.js';
import { until } from '../support/until.js';
import { rejection, type Stack, type StackOptions, startStack } from './support/stack.js';

let stack: Stack;
const start = async (options?: StackOptions): Promise<Stack> => {
  stack = await startStack(options);
  return stack;
};
afterEach(() => stack.close());

/** Texts whose lengths tell them apart: the fake model answers with the length over 100. */
function* posts(count: number): Generator<Post> {
  for (let index = 0; index < count; index += 1)
    yield { text: 'x'.repeat(1 + (index % 90)), id: `post-${index}` };
}

function expectAnswerTo(outcome: Outcome | undefined, index: number): void {
  if (outcome === undefined || !outcome.ok)
    throw new Error(`no answer to ${index}: ${JSON.stringify(outcome)}`);
  expect(outcome.index).toBe(index);
  expect(outcome.id).toBe(`post-${index}`);
  expect(outcome.prediction.probabilities['red']).toBe(Math.fround((1 + (index % 90)) / 100));
}

/** Milliseconds that no test waits: posts find company as long as there is any. */
const LONG = 10_000;

async function later(ms: number, post: EnginePost): Promise<Classification> {
  await delay(ms);
  return echo(post);
}

async function all(outcomes: AsyncIterable<Outcome>): Promise<Outcome[]> {
  const list: Outcome[] = [];
  for await (const outcome of outcomes) list.push(outcome);
  return list;
}

function itemsOfRequests(): number[] {
  return stack.events.flatMap((event) => (event.type === 'request' ? event.items : []));
}

describe('outcomes', () => {
  test('come in the order of the input, one for each post', async () => {
    await start();
    const outcomes = await all(stack.client().classifyMany(posts(500)));
    expect(outcomes).toHaveLength(500);
    for (const [index, outcome] of outcomes.entries()) expectAnswerTo(outcome, index);
  });

  test('come as they are ready when the order is free', async () => {
    const others = signalled();
    await start({
      classify: async (post) => {
        if (post.text === 'x') await others.come;
        return echo(post);
      },
    });
    const outcomes: Outcome[] = [];
    for await (const outcome of stack.direct().classifyMany(posts(8), { ordered: false, maxItems: 1 })) {
      outcomes.push(outcome);
      if (outcomes.length === 7) others.give();
    }
    expect(outcomes.at(-1)?.index).toBe(0);
    expect(outcomes.map(({ index }) => index).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    for (const outcome of outcomes) expectAnswerTo(outcome, outcome.index);
  });

  test('of an empty input are none', async () => {
    await start();
    expect(await all(stack.client().classifyMany([]))).toEqual([]);
    expect(stack.requests).toHaveLength(0);
  });

  test('of an asynchronous input are the same', async () => {
    await start();
    const slowly = async function* () {
      for (const post of posts(40)) {
        await delay(1);
        yield post;
      }
    };
    const outcomes = await all(stack.client().classifyMany(slowly()));
    for (const [index, outcome] of outcomes.entries()) expectAnswerTo(outcome, index);
    expect(outcomes).toHaveLength(40);
  });
});

describe('packing', () => {
  test('fills requests by number', async () => {
    await start();
    await all(stack.client().classifyMany(posts(100), { maxItems: 30, lingerMs: LONG }));
    expect(itemsOfRequests().sort((a, b) => b - a)).toEqual([30, 30, 30, 10]);
  });

  test('fills requests by bytes and never exceeds them', async () => {
    await start();
    const images = Array.from({ length: 20 }, () => ({ image: Buffer.alloc(30_000, 7) }));
    await all(stack.client().classifyMany(images, { maxRequestBytes: 130_000, lingerMs: LONG }));
    const bytes = stack.events.flatMap((event) => (event.type === 'request' ? event.bytes : []));
    expect(Math.max(...bytes)).toBeLessThanOrEqual(130_000);
    expect(itemsOfRequests().sort()).toEqual([2, 3, 3, 3, 3, 3, 3].sort());
  });

  test('a post that fits into no request is an error of its own', async () => {
    await start();
    const input = [{ text: 'xx' }, { image: Buffer.alloc(200_000) }, { text: 'xxx' }];
    const [before, large, after] = await all(
      stack.client().classifyMany(input, { maxRequestBytes: 130_000 }),
    );
    expect(before?.ok && after?.ok).toBe(true);
    expect(large?.ok === false && large.error).toBeInstanceOf(TooLargeError);
    expect(large?.ok === false && large.error.attempts).toBe(0);
  });

  test('does not keep a post waiting for company that does not come', async () => {
    await start();
    const answered = signalled();
    const trickle = async function* () {
      yield { text: 'first' };
      await answered.come;
      yield { text: 'second' };
    };
    const outcomes = stack.client().classifyMany(trickle());
    expect((await outcomes.next()).done).toBe(false);
    answered.give();
    expect((await outcomes.next()).done).toBe(false);
    expect(itemsOfRequests()).toEqual([1, 1]);
    await outcomes.return();
  });
});

describe('a poisoned post costs only itself', () => {
  const outcomeOf = async (poison: Post, options: StackOptions = {}): Promise<Outcome[]> => {
    await start(options);
    const input = [...posts(32)];
    input[13] = poison;
    const outcomes = await all(stack.client().classifyMany(input, { lingerMs: LONG }));
    for (const [index, outcome] of outcomes.entries()) if (index !== 13) expectAnswerTo(outcome, index);
    expect(outcomes).toHaveLength(32);
    expect(outcomes[13]?.ok).toBe(false);
    return outcomes;
  };
  const errorAt13 = (outcomes: readonly Outcome[]) => {
    const outcome = outcomes[13];
    if (outcome?.ok !== false) throw new Error('expected an error');
    return outcome.error;
  };

  test('when the service refuses it in its slot', async () => {
    const error = errorAt13(await outcomeOf({ text: ' ', id: 'bad' }));
    expect(error).toMatchObject({ code: 'empty_item', itemIndex: 13, itemId: 'bad', attempts: 1 });
    expect(itemsOfRequests()).toEqual([32]);
  });

  test('when it is nothing that can be sent', async () => {
    const error = errorAt13(await outcomeOf({ text: 7 } as never));
    expect(error).toMatchObject({ name: 'ValidationError', code: 'invalid_item', attempts: 0 });
    expect(itemsOfRequests()).toEqual([31]);
  });

  test('when the whole request is refused because of it', async () => {
    const refuse = (body: Buffer) => body.includes('poison');
    const outcomes = await outcomeOf(
      { text: 'poison' },
      {
        emulator: {
          faults: ({ body }) => (refuse(body) ? { kind: 'container', status: 400, body: '?' } : undefined),
        },
      },
    );
    expect(errorAt13(outcomes)).toMatchObject({ code: 'request_refused' });
    // Halving 32 finds one in two requests a level.
    expect(stack.requests).toHaveLength(11);
  });

  test('when its answer breaks the whole reply', async () => {
    const outcomes = await outcomeOf(
      { text: 'poison' },
      {
        emulator: {
          faults: ({ body }) =>
            body.includes('poison') ? { kind: 'rewrite', rewrite: () => '{"predictions":[NaN]}' } : undefined,
        },
      },
    );
    expect(errorAt13(outcomes)).toMatchObject({ name: 'InvalidReplyError', code: 'reply_invalid' });
  });

  test('when it breaks the connection every time', async () => {
    const outcomes = await outcomeOf(
      { text: 'poison' },
      {
        emulator: {
          faults: ({ body }) => (body.includes('poison') ? { kind: 'reset', when: 'before' } : undefined),
        },
      },
    );
    expect(errorAt13(outcomes)).toMatchObject({ name: 'ConnectionError', attempts: 5 });
  });

  test('when it crashes its worker, and its neighbours with it', async () => {
    await start({ classify: (post) => echo(post) });
    stack.emulator.setFaults(({ body }) => {
      if (!body.includes('poison')) return undefined;
      const slot = { error: { code: 'worker_failed', message: 'The worker crashed.', retryable: true } };
      const rewrite = (reply: Buffer): string => {
        const document = JSON.parse(reply.toString());
        return JSON.stringify({ ...document, predictions: document.predictions.map(() => slot) });
      };
      return { kind: 'rewrite', rewrite };
    });
    const input = [...posts(32)];
    input[13] = { text: 'poison' };
    const outcomes = await all(stack.client().classifyMany(input, { lingerMs: LONG }));
    for (const [index, outcome] of outcomes.entries()) if (index !== 13) expectAnswerTo(outcome, index);
    expect(errorAt13(outcomes)).toMatchObject({ name: 'ServiceError', code: 'worker_failed', attempts: 5 });
  });
});

test('only unanswered posts are sent again', async () => {
  const seen = new Map<string, number>();
  await start({
    classify: (post) => {
      const text = post.text ?? '';
      seen.set(text, (seen.get(text) ?? 0) + 1);
      if (text.length % 5 === 0 && seen.get(text) === 1)
        throw new ModerationError('worker_failed', 'It crashed.');
      return echo(post);
    },
  });
  const outcomes = await all(stack.client().classifyMany(posts(32)));
  for (const [index, outcome] of outcomes.entries()) expectAnswerTo(outcome, index);
  for (const [text, count] of seen) expect(count).toBe(text.length % 5 === 0 ? 2 : 1);
});

test('a service that takes fewer items in a request gets smaller requests', async () => {
  await start({ limits: { maxItems: 10 } });
  const outcomes = await all(stack.client().classifyMany(posts(64)));
  for (const [index, outcome] of outcomes.entries()) expectAnswerTo(outcome, index);
  expect(outcomes).toHaveLength(64);
});

describe('backpressure', () => {
  test('the input is read no further ahead than maxPending', async () => {
    await start();
    let read = 0;
    const counted = function* () {
      for (const post of posts(200)) {
        read += 1;
        yield post;
      }
    };
    const outcomes = stack.client().classifyMany(counted(), { maxItems: 8, concurrency: 2, maxPending: 24 });
    expect(read).toBe(0);
    let taken = 0;
    for await (const _ of outcomes) {
      taken += 1;
      if (taken % 10 === 0) await delay(20);
      expect(read - taken).toBeLessThanOrEqual(24);
    }
    expect(taken).toBe(200);
  });

  test('no more requests are on the way than concurrency allows', async () => {
    let inside = 0;
    let peak = 0;
    const three = signalled();
    await start({
      classify: async (post) => {
        inside += 1;
        peak = Math.max(peak, inside);
        // The first wait for one another; the time after that is for one too many to come.
        if (inside === 3) three.give();
        await three.come;
        await delay(5);
        inside -= 1;
        return echo(post);
      },
    });
    await all(stack.direct().classifyMany(posts(60), { maxItems: 1, concurrency: 3 }));
    expect(peak).toBe(3);
  });
});

describe('leaving early', () => {
  test('closes the input, aborts what is on the way and leaves no request behind', async () => {
    let aborted = 0;
    const another = signalled();
    await start({
      // The first post is answered when another is on the way, which is never answered.
      classify: async (post, { signal }) => {
        if (post.text !== 'x') another.give();
        else await another.come;
        return post.text === 'x'
          ? echo(post)
          : new Promise((_, reject) =>
              signal?.addEventListener('abort', () => {
                aborted += 1;
                reject(signal.reason);
              }),
            );
      },
    });
    let closed = false;
    const endless = function* () {
      try {
        for (;;) yield* posts(90);
      } finally {
        closed = true;
      }
    };
    for await (const outcome of stack.direct().classifyMany(endless(), { maxItems: 1 })) {
      expect(outcome.index).toBe(0);
      break;
    }
    expect(closed).toBe(true);
    const sent = itemsOfRequests();
    await until(() => aborted > 0 && stack.server.service.accepted === 0);
    expect(itemsOfRequests()).toEqual(sent);
  });

  test('by a signal throws an AbortedError, also while the input hangs', async () => {
    await start();
    const controller = new AbortController();
    const hanging = async function* () {
      yield* posts(1);
      await new Promise(() => undefined);
    };
    const outcomes = stack.client().classifyMany(hanging(), { signal: controller.signal });
    expectAnswerTo((await outcomes.next()).value as Outcome, 0);
    setImmediate(() => controller.abort());
    expect(await rejection(outcomes.next())).toBeInstanceOf(AbortedError);
    expect((await outcomes.next()).done).toBe(true);
  });

  test('an input that throws is told after the outcomes of the posts before it', async () => {
    await start();
    const reason = new Error('the database is gone');
    const failing = function* () {
      yield* posts(5);
      throw reason;
    };
    const outcomes: Outcome[] = [];
    const error = await rejection(
      (async () => {
        for await (const outcome of stack.client().classifyMany(failing())) outcomes.push(outcome);
      })(),
    );
    expect(error).toBe(reason);
    expect(outcomes).toHaveLength(5);
    for (const [index, outcome] of outcomes.entries()) expectAnswerTo(outcome, index);
  });
});

test('an overloaded service gets fewer requests at a time, and all posts are answered', async () => {
  let inside = 0;
  await start({ classify: (post) => later(2, post) });
  const body = {
    error: { code: 'overloaded', message: 'Full.', retryable: true, retry_after_ms: 5 },
    request_id: 'r',
  };
  stack.emulator.setFaults(() => {
    inside += 1;
    return inside % 3 === 0 ? { kind: 'container', status: 429, body } : undefined;
  });
  const outcomes = await all(stack.client().classifyMany(posts(200), { maxItems: 5, concurrency: 8 }));
  for (const [index, outcome] of outcomes.entries()) expectAnswerTo(outcome, index);
  expect(outcomes).toHaveLength(200);
});

test('a fault in the middle of many is not noticed by the reader', async () => {
  await start();
  stack.emulator.setFaults(inTurn(undefined, { kind: 'reset', when: 'mid-body' }, { kind: 'throttle' }));
  const outcomes = await all(stack.client().classifyMany(posts(128)));
  for (const [index, outcome] of outcomes.entries()) expectAnswerTo(outcome, index);
});
