import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  AbortedError,
  type ReviewEvent,
  ReviewNotSentError,
  ReviewSender,
  type ReviewSenderOptions,
  ValidationError,
} from '../../../lib/client/index.js';
import { ReviewServer } from '../../support/review-server.js';
import { CREDENTIALS, rejection } from '../support/stack.js';

let server: ReviewServer;
let sender: ReviewSender;
beforeEach(async () => {
  server = await ReviewServer.start();
  sender = open();
});
afterEach(() => server.close());

function open(options: ReviewSenderOptions = {}): ReviewSender {
  const events = new EventBridgeClient({
    endpoint: server.url,
    region: 'eu-west-1',
    credentials: CREDENTIALS,
  });
  return new ReviewSender({ events, retry: { baseDelayMs: 1, maxDelayMs: 2 }, ...options });
}

const event = (name: number | string, filling = 0): ReviewEvent => ({
  Source: 'multimodal-moderation',
  DetailType: 'Moderation Review',
  Detail: JSON.stringify({ name, filling: 'x'.repeat(filling) }),
});
const names = (events: readonly { readonly Detail: string }[]) =>
  events.map(({ Detail }) => (JSON.parse(Detail) as { name: number | string }).name);
const notSent = async (work: Promise<void>) => (await rejection(work)) as ReviewNotSentError;

describe('review events', () => {
  test('go to the bus that was named, ten in a request', async () => {
    const twelve = Array.from({ length: 12 }, (_, index) => event(index));
    await open({ eventBusName: 'reviews' }).send(twelve);
    expect(server.calls.map((entries) => entries.length)).toEqual([10, 2]);
    expect(names(server.taken)).toEqual(twelve.map((_, index) => index));
    expect(new Set(server.taken.map(({ EventBusName }) => EventBusName))).toEqual(new Set(['reviews']));
  });

  test('fill no request beyond its bytes', async () => {
    await sender.send([event(0, 600_000), event(1, 600_000), event(2, 300_000)]);
    expect(server.calls.map(names)).toEqual([[0], [1, 2]]);
  });

  test('that EventBridge refuses under a 200 are sent again, and only those', async () => {
    server.troubles = [{ refuse: { 1: 'ThrottlingException' } }, { refuse: { 0: 'InternalFailure' } }];
    await sender.send([event('a'), event('b'), event('c')]);
    expect(server.calls.map(names)).toEqual([['a', 'b', 'c'], ['b'], ['b']]);
    expect(names(server.taken)).toEqual(['a', 'c', 'b']);
  });

  test('whose entries are missing in the answer count as not sent', async () => {
    server.troubles = [{ answer: { FailedEntryCount: 0, Entries: [{ EventId: '1' }] } }];
    await sender.send([event('a'), event('b')]);
    expect(server.calls.map(names)).toEqual([['a', 'b'], ['b']]);
  });

  test.each([[{ status: 500, type: 'InternalException' }], [{ status: 400, type: 'ThrottlingException' }]])(
    'are sent again after %j',
    async (trouble) => {
      server.troubles = [trouble];
      await sender.send(event('a'));
      expect(server.calls).toHaveLength(2);
    },
  );

  test('that will never pass are told with the events themselves, after one attempt', async () => {
    server.troubles = [{ refuse: { 1: 'MalformedDetail' } }];
    const error = await notSent(sender.send([event('a'), event('b')]));
    expect(error).toBeInstanceOf(ReviewNotSentError);
    expect(error).toMatchObject({
      code: 'review_not_sent',
      retryable: false,
      message: '1 of 2 review events were not sent: MalformedDetail: as the test asks',
    });
    expect(names(error.unsent)).toEqual(['b']);
    expect(server.calls).toHaveLength(1);
    expect(JSON.stringify(error)).not.toContain('Detail":');
  });

  test('that access is denied to are told', async () => {
    server.troubles = [{ status: 400, type: 'AccessDeniedException' }];
    const error = await notSent(sender.send(event('a')));
    expect(error).toMatchObject({
      retryable: false,
      message: expect.stringContaining('AccessDeniedException'),
    });
    expect(names(error.unsent)).toEqual(['a']);
  });

  test('are given up after the last attempt, none of them lost', async () => {
    server.troubles = Array.from({ length: 3 }, () => ({ refuse: { 0: 'ThrottlingException' } }));
    const error = await notSent(
      open({ retry: { maxAttempts: 3, baseDelayMs: 1 } }).send([event('a'), event('b')]),
    );
    expect(error).toMatchObject({ retryable: true });
    expect(names(error.unsent)).toEqual(['a']);
    expect(server.calls).toHaveLength(3);
  });

  test('to a bus that does not answer in time are told as not sent', async () => {
    server.troubles = ['hang'];
    const error = await notSent(open({ timeoutMs: 50 }).send(event('a')));
    expect(error).toMatchObject({ retryable: true, message: expect.stringContaining('within timeoutMs') });
    expect(names(error.unsent)).toEqual(['a']);
  });

  test('to nobody are told as not sent', async () => {
    const events = new EventBridgeClient({
      endpoint: 'http://127.0.0.1:9',
      region: 'a',
      credentials: CREDENTIALS,
    });
    const error = await notSent(open({ events, retry: { maxAttempts: 2, baseDelayMs: 1 } }).send(event('a')));
    expect(error.message).toContain('The connection to AWS failed');
  });

  test('are aborted by the signal', async () => {
    server.troubles = ['hang'];
    const stop = new AbortController();
    const sending = sender.send(event('a'), { signal: stop.signal });
    stop.abort();
    expect(await rejection(sending)).toBeInstanceOf(AbortedError);
  });

  test('need options in their range', () => {
    expect(() => open({ eventBusName: 'a b', timeoutMs: 0 })).toThrow(ValidationError);
    expect(() => open({ eventBusName: 'a b', timeoutMs: 0 })).toThrow(
      /timeoutMs is 0[\s\S]*eventBusName is "a b"/,
    );
  });
});
