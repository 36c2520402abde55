import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { errorReplySchema, replySchema, slotSchema } from '../../lib/contract/reply.js';
import { exchange } from './support/raw-http.js';
import { startTestServer, type TestServer } from './support/test-server.js';

/** Cases of each property: a short run by default; FUZZ_RUNS asks for a long one, FUZZ_SEED repeats one. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 300);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_124);
const PARAMETERS = { numRuns: RUNS, seed: SEED };
const TIMEOUT_MS = 30_000 + 20 * RUNS;

const TYPES = [
  'application/json',
  'application/jsonlines',
  'multipart/form-data; boundary=edge',
  'image/png',
];

const SEEDS = [
  '{"instances":[{"text":"ab","id":"1"},{"image_base64":"AAAA"}],"parameters":{"thresholds":{"red":0.5},"timings":true}}',
  '{"text":"ab","image_base64":"data:image/png;base64,AAAA"}\n{"text":"\\ud83d\\ude00"}\n',
  '--edge\r\nContent-Disposition: form-data; name="text"\r\n\r\nab\r\n--edge\r\nContent-Disposition: form-data; ' +
    'name="image"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n--edge--\r\n',
];

/** Bytes that mean something somewhere. */
const TOKENS = [
  ...[
    '{',
    '}',
    '[',
    ']',
    '"',
    '\\',
    ':',
    ',',
    '\n',
    '\r\n',
    '--edge',
    '--edge--\r\n',
    '\0',
    '\xff',
    '\xc3(',
    '\ufeff',
  ],
  ...[
    'null',
    '1e999',
    '-',
    '"__proto__":1,',
    '"constructor":{}',
    '"instances":[',
    '"text":',
    '\\ud800',
    '\\u0000',
  ],
  ...[
    'Content-Disposition: form-data; name="text"\r\n\r\n',
    '"parameters":{}',
    '"thresholds":{"__proto__":0}',
    '=',
    '/',
  ],
];

interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(300),
  remove: fc.oneof(fc.nat(4), fc.nat(200)),
  insert: fc.oneof(fc.constantFrom(...TOKENS), fc.string({ maxLength: 5, unit: 'binary' }), fc.constant('')),
});

function spoil(text: string, edits: readonly Edit[]): string {
  return edits.reduce((before, { at, remove, insert }) => {
    const place = at % text.length;
    return before.slice(0, place) + insert + before.slice(place + remove);
  }, text);
}

/** A well-formed body, spoilt. */
const body = fc
  .tuple(fc.constantFrom(...SEEDS), fc.array(edit, { maxLength: 4 }))
  .map(([seed, edits]) => spoil(seed, edits));

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    limits: {
      maxItems: 5,
      maxBodyBytes: 4000,
      maxTextChars: 100,
      headersTimeoutMs: 300,
      bodyTimeoutMs: 300,
      keepAliveTimeoutMs: 300,
    },
  });
});
afterAll(() => server.close());

describe('whatever is posted', () => {
  test(
    'is answered by the contract: slots, or one declared error of the caller',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...TYPES), body, fc.boolean(), async (type, text, utf8) => {
          const response = await server.post(Buffer.from(text, utf8 ? 'utf8' : 'latin1'), {
            'content-type': type,
          });
          const answer = await response.text();
          if (response.status !== 200) {
            const { error } = errorReplySchema.strict().parse(JSON.parse(answer));
            expect([400, 413]).toContain(response.status);
            expect(error.retryable).toBe(false);
          } else if (type === 'application/jsonlines') {
            const lines = Buffer.from(text, utf8 ? 'utf8' : 'latin1')
              .toString('latin1')
              .split('\n');
            expect(answer.split('\n')).toHaveLength(lines.length);
            for (const line of answer.replace(/\n$/, '').split('\n')) slotSchema.parse(JSON.parse(line));
          } else {
            replySchema.strict().parse(JSON.parse(answer));
          }
        }),
        PARAMETERS,
      );
      expect(server.service.accepted).toBe(0);
      expect(server.logs().filter(({ message }) => message === 'defect')).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

describe('whatever is sent', () => {
  const AT_ONCE = 100;
  const ANSWER = /^(?:$|HTTP\/1\.1 (?:100|200|400|404|405|406|408|413|415|417|431|501) )/;
  const edits = fc.array(edit, { minLength: 1, maxLength: 3 });
  const head =
    'POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 13\r\nConnection: close\r\n\r\n{"text":"ab"}';

  test(
    'ends in an answer or a closed connection, and the next request is answered',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(edits, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (variants) => {
          const sent = variants.map((variant) =>
            exchange(server.port, Buffer.from(spoil(head, variant), 'latin1')),
          );
          for (const raw of await Promise.all(sent)) expect(raw).toMatch(ANSWER);
        }),
        // An incomplete request is answered only when its time is up, so many go at once.
        { ...PARAMETERS, numRuns: Math.ceil(RUNS / AT_ONCE), endOnFailure: true },
      );
      expect((await server.post({ text: 'ab' })).status).toBe(200);
      expect(server.service.accepted).toBe(0);
      expect(server.logs().filter(({ message }) => message === 'defect')).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
