import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { captureLines } from '../../lib/cli/evaluate/capture-lines.js';
import { temporaryFolder } from '../checkpoint/support/temporary-folder.js';
import { CREDENTIALS } from '../client/support/stack.js';
import { writePredictions } from './support/predictions.js';
import { runCli } from './support/run-cli.js';

const MODEL = { name: 'paper', pack: 'f'.repeat(64), precision: 'fp32', demonstration: false };

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
});

const monitor = (...args: string[]) => runCli(folder, 'monitor', 'capture', '--bootstrap', '0', ...args);

interface Captured {
  readonly scores: readonly number[];
  readonly time?: string;
  readonly id?: string;
  readonly pack?: string;
}

const slot = (a: number) => ({
  class_predictions: { a: a >= 0.5, b: false },
  probabilities: { a, b: 0.1 },
  any_harmful: a >= 0.5,
  modalities_used: ['text'],
  text_truncated: false,
});

let events = 0;

function record(output: string, encoding = 'JSON', { time, id }: Partial<Captured> = {}): string {
  events += 1;
  const input = { instances: [{ text: 'secret-word' }, { text: 'secret-word' }] };
  return JSON.stringify({
    captureData: {
      endpointInput: {
        observedContentType: 'application/json',
        mode: 'INPUT',
        data: JSON.stringify(input),
        encoding: 'JSON',
      },
      endpointOutput: { observedContentType: 'application/json', mode: 'OUTPUT', data: output, encoding },
    },
    eventMetadata: { eventId: id ?? `event-${events}`, inferenceTime: time ?? '2026-11-27T10:30:00Z' },
    eventVersion: '0',
  });
}

function reply({ scores, pack, ...rest }: Captured, base64 = false): string {
  const model = { ...MODEL, pack: pack ?? MODEL.pack };
  const body = JSON.stringify({
    predictions: scores.map(slot),
    model,
    thresholds: { a: 0.5, b: 0.5 },
    request_id: 'r',
  });
  return record(base64 ? Buffer.from(body).toString('base64') : body, base64 ? 'BASE64' : 'JSON', rest);
}

async function write(name: string, lines: readonly string[]): Promise<void> {
  const path = join(folder, 'capture', name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${lines.join('\n')}\n`);
}

const spread = (count: number, shift = 0) =>
  Array.from({ length: count }, (_, index) => Math.min(1, ((index * 37) % 100) / 100 + shift));

async function writeBaseline(): Promise<void> {
  await writePredictions(
    join(folder, 'p.jsonl'),
    spread(1000).map((a) => ({ a, b: 0.1, labels: a >= 0.5 ? ['a'] : [] })),
  );
  const args = ['evaluate', '--predictions', 'p.jsonl', '--out', 'baseline', '--bootstrap', '0'];
  expect((await runCli(folder, ...args).ended).code).toBe(0);
}

describe('captured answers', () => {
  test('count post by post, in every encoding and form; what tells nothing is counted too', async () => {
    const jsonLines = `${JSON.stringify(slot(0.9))}\n${JSON.stringify({ error: { code: 'empty_item', message: 'm', retryable: false } })}\n`;
    await write('moderation/AllTraffic/2026/11/27/10/a.jsonl', [
      reply({ scores: [0.1, 0.9] }),
      reply({ scores: [0.2], time: '2026-11-27T11:00:00Z' }, true),
      record(Buffer.from(jsonLines).toString('base64'), 'BASE64'),
      record(
        JSON.stringify({ error: { code: 'overloaded', message: 'm', retryable: true }, request_id: 'r' }),
      ),
    ]);
    await write('moderation/AllTraffic/2026/11/27/11/b.jsonl', [
      reply({ scores: [0.6], id: 'twice' }),
      reply({ scores: [0.6], id: 'twice' }),
      'no record',
      record('{"something": "else"}'),
      JSON.stringify({ captureData: {}, eventMetadata: {} }),
    ]);
    const { code, stderr } = await monitor('--out', 'out', '--allow-errors', '3').ended;
    expect(code).toBe(0);
    const result = JSON.parse(await readFile(join(folder, 'out', 'monitoring.json'), 'utf8'));
    expect(result.data).toMatchObject({
      labelled: false,
      judged: 5,
      unjudged: { rows: 3, byCode: { empty_item: 1, overloaded: 2 } },
    });
    expect(result.capture).toEqual({
      records: 5,
      duplicates: 1,
      leftOut: 0,
      unreadable: { record_invalid: 1, output_unreadable: 1, output_missing: 1 },
      packs: { [MODEL.pack]: 4 },
    });
    expect(
      result.timeline.map(({ from, judged, unjudged }: Record<string, unknown>) => [from, judged, unjudged]),
    ).toEqual([
      ['2026-11-27T10:00:00.000Z', 4, 3],
      ['2026-11-27T11:00:00.000Z', 1, 0],
    ]);
    const report = await readFile(join(folder, 'out', 'monitoring.html'), 'utf8');
    expect(report).toContain('Over time');
    expect([stderr, report, JSON.stringify(result)].filter((text) => text.includes('secret-word'))).toEqual(
      [],
    );
    expect((await monitor().ended).code).toBe(1);
  });

  test('that have not moved pass, and others fail at the limit', async () => {
    await writeBaseline();
    await write('a.jsonl', [reply({ scores: spread(500) })]);
    const limits = ['--baseline', 'baseline', '--max-psi', '0.25'];
    expect((await monitor(...limits).ended).code).toBe(0);
    await write('a.jsonl', [reply({ scores: spread(500, 0.3) })]);
    const { code, stdout, stderr } = await monitor(...limits).ended;
    expect(stderr).toMatch(/PSI of a is \d\.\d+, above 0\.25/);
    expect(stdout).toMatch(/a +\d\.\d+ +major/);
    expect(code).toBe(1);
  });

  test('may be those of one pack and one time alone', async () => {
    await write('a.jsonl', [
      reply({ scores: [0.1, 0.2], pack: 'e'.repeat(64) }),
      reply({ scores: [0.3], time: '2026-11-26T00:00:00Z' }),
      reply({ scores: [0.4] }),
    ]);
    const several = await monitor().ended;
    expect(several.stderr).toContain('Several packs answered');
    const filter = ['--pack', 'ffff', '--from', '2026-11-27', '--to', '2026-11-28', '--json'];
    const { stdout, stderr } = await monitor(...filter).ended;
    expect(JSON.parse(stdout).data.judged).toBe(1);
    expect(stderr).toContain('1 records, 0 more were there twice, 2 left out as asked');
  });

  test('without an answer fail beyond the share that is allowed', async () => {
    const failed = JSON.stringify({
      error: { code: 'overloaded', message: 'm', retryable: true },
      request_id: 'r',
    });
    await write('a.jsonl', [reply({ scores: spread(8) }), record(failed)]);
    expect((await monitor('--max-error-share', '0.2').ended).code).toBe(0);
    expect((await monitor('--max-error-share', '0.1').ended).code).toBe(1);
  });

  test('that are none, or of nowhere, are an error', async () => {
    const missing = await monitor().ended;
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('cannot be read (ENOENT)')]);
    await mkdir(join(folder, 'capture'));
    expect((await monitor().ended).stderr).toContain('holds no .jsonl file');
    expect((await monitor('--max-psi', '0.1').ended).code).toBe(2);
  });
});

describe('S3', () => {
  test('is read page by page, in the order of the keys', async () => {
    const objects = new Map([
      ['capture/2026/11/27/11/b.jsonl', 'three\n'],
      ['capture/2026/11/27/10/a.jsonl', 'one\n\ntwo\n'],
      ['capture/2026/11/27/10/ignored.txt', 'nothing\n'],
    ]);
    const server = await serve(objects);
    const s3 = new S3Client({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      forcePathStyle: true,
      region: 'us-east-1',
      credentials: CREDENTIALS,
    });
    try {
      const lines: string[] = [];
      const { signal } = new AbortController();
      for await (const line of captureLines(['s3://my-bucket/capture'], { signal, s3 })) lines.push(line);
      expect(lines).toEqual(['one', 'two', 'three']);
    } finally {
      s3.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  /** ListObjectsV2, one key a page, and GetObject. */
  async function serve(objects: ReadonlyMap<string, string>): Promise<Server> {
    const keys = [...objects.keys()];
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://s3');
      const object = objects.get(decodeURIComponent(url.pathname.replace('/my-bucket/', '')));
      if (object !== undefined) return response.end(object);
      const page = Number(url.searchParams.get('continuation-token') ?? 0);
      const more = page + 1 < keys.length;
      const next = more ? `<NextContinuationToken>${page + 1}</NextContinuationToken>` : '';
      response.setHeader('content-type', 'application/xml');
      return response.end(
        `<ListBucketResult><IsTruncated>${more}</IsTruncated>${next}<Contents><Key>${keys[page]}</Key></Contents></ListBucketResult>`,
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server;
  }
});
