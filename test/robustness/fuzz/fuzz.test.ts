import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../../support/project-root.js';
import { judgePost, judgeRaw } from './judge.js';
import { makeCase } from './make-case.js';

test('a short run of the fuzzer over the real server accounts for every case', async () => {
  const script = join(projectRoot, 'dist/test/robustness/fuzz/main.js');
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--cases', '300'], {
    cwd: projectRoot,
  });
  expect(stdout).toMatch(/^300 cases from seed \d+ in \d+ s, 0 failed$/m);
  for (const family of ['json', 'jsonlines', 'multipart', 'image', 'protocol', 'decoder']) {
    expect(stdout).toMatch(new RegExp(`\\d  ${family}: `));
  }
});

test('a case is made of its seed and number alone', () => {
  for (let index = 0; index < 50; index++) expect(makeCase(7, index)).toEqual(makeCase(7, index));
  expect(makeCase(7, 1)).not.toEqual(makeCase(8, 1));
});

const prediction = {
  class_predictions: {},
  probabilities: {},
  any_harmful: false,
  modalities_used: ['text'],
  text_truncated: false,
  unseen: [] as object[],
  decision: 'allow',
};
const model = { name: 'm', pack: 'p', precision: 'fp32', demonstration: true };

const TOO_LONG = { error: { code: 'text_too_long', message: 'm', retryable: false } };

function judged(body: string, predictions: object[]) {
  const reply = JSON.stringify({ predictions, model, thresholds: {}, request_id: 'r' });
  const post = {
    kind: 'post',
    family: 'json',
    contentType: 'application/json',
    body: Buffer.from(body),
  } as const;
  return judgePost(post, { status: 200, contentType: 'application/json', body: Buffer.from(reply) });
}

test.each<[string, string, object[]]>([
  ['a slot is missing', '{"instances":[{"text":"a"},{"text":"b"}]}', [prediction]],
  ['an image was passed over', '{"text":"a","image_base64":"AAAA"}', [prediction]],
  ['what is no JSON was answered', '{"text":', [prediction]],
  ['what is no JSON was answered, however long', `{"text":"${'x'.repeat(120_001)}\n"}`, [prediction]],
  [
    'what is no JSON beside what is too long was answered',
    `{"text":"${'x'.repeat(120_001)}\n",}`,
    [TOO_LONG],
  ],
  ['what is no item was answered', '{"instances":[7]}', [prediction]],
  [
    'an internal error was told',
    '{"text":"a"}',
    [{ error: { code: 'internal', message: 'm', retryable: false } }],
  ],
  ['a code is unknown', '{"text":"a"}', [{ error: { code: 'oops', message: 'm', retryable: false } }]],
  ['a long text is allowed', `{"text":"${'word '.repeat(140)}"}`, [prediction]],
  [
    'a hidden character is told and allowed',
    '{"text":"mor\u200bning"}',
    [{ ...prediction, unseen: [{ code: 'hidden_characters', figure: 1 }] }],
  ],
  ['a further image was passed over', '{"text":"a","images":["AAAA"]}', [prediction]],
  ['an answer has no decision', '{"text":"a"}', [{ ...prediction, decision: undefined }]],
  [
    'parts were made that nobody asked for',
    '{"text":"a"}',
    [{ ...prediction, parts: [{ probabilities: {} }, { probabilities: {} }], decided_by: 0 }],
  ],
])('the judge sees that %s', (_, body, predictions) => {
  expect(judged(body, predictions)).toHaveProperty('failure');
});

test('the judge leaves to the server not to look into what is too long for it', () => {
  expect(judged(`{"text":"${'x'.repeat(120_001)}\n"}`, [TOO_LONG])).toEqual({
    outcome: '200 every item refused',
  });
});

test('the judge sees a smuggled request and a reply cut short', () => {
  const raw = {
    kind: 'raw',
    family: 'protocol',
    parts: [],
    leaves: false,
    maxReplies: 1,
    mustRefuse: false,
  } as const;
  const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
  expect(judgeRaw(raw, Buffer.from(ok))).toEqual({ outcome: '200' });
  expect(judgeRaw(raw, Buffer.from(ok + ok))).toHaveProperty('failure');
  expect(judgeRaw({ ...raw, mustRefuse: true }, Buffer.from(ok))).toHaveProperty('failure');
  expect(judgeRaw(raw, Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab'))).toHaveProperty(
    'failure',
  );
});
