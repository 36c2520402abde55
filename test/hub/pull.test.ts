import { appendFileSync, readdirSync } from 'node:fs';
import { readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { convertCheckpoint } from '../../lib/convert/convert.js';
import { type PulledFile, type PullOptions, pull } from '../../lib/hub/pull.js';
import { temporaryFolder } from '../checkpoint/support/temporary-folder.js';
import { FakeHub, type FakeRepository, TOKEN } from './support/fake-hub.js';
import {
  CLIP_ENCODER,
  CLIP_MTL,
  METRICS,
  publishedRepositories,
  SIGLIP,
  SIGLIP_ENCODER,
} from './support/published.js';

const WEIGHTS = 'model.safetensors';

let repositories: Record<string, FakeRepository>;
let hub: FakeHub;
let out: string;

beforeEach(async () => {
  repositories = await publishedRepositories();
  hub = await FakeHub.start(repositories);
  out = join(await temporaryFolder(), 'checkpoint');
});
afterEach(() => hub.stop());

function pullHere(options: Partial<PullOptions> = {}) {
  const onProgress: PullOptions['onProgress'] = (file, done, total) => {
    hub.arrived(file, done);
    options.onProgress?.(file, done, total);
  };
  return pull({ out, ...options, onProgress, hub: { url: hub.url, retryDelayMs: 1, ...options.hub } });
}

/** Changes one file of a repository, or takes it away. */
function change(
  name: string,
  file: string,
  content: Buffer | undefined,
  more: Partial<FakeRepository> = {},
): void {
  const repository = repositories[name];
  const files = { ...repository?.files };
  if (content === undefined) delete files[file];
  else files[file] = content;
  repositories[name] = { ...repository, ...more, files };
}

function published(name: string, file: string): Buffer {
  const content = repositories[name]?.files[file];
  if (content === undefined) throw new Error(`${name} has no ${file}`);
  return content;
}

describe('pulling a published checkpoint', () => {
  test('brings the checkpoint and its encoder’s files, byte for byte, and it converts', async () => {
    const record = await pullHere();
    const names = await readdir(out);
    expect(names.sort()).toEqual([
      'config.json',
      'inference_config.json',
      'label_map.json',
      WEIGHTS,
      'preprocessor_config.json',
      'pull.json',
      'special_tokens_map.json',
      'test_metrics.json',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    for (const [name, { from }] of Object.entries(record.files)) {
      const source = from === 'checkpoint' ? SIGLIP : SIGLIP_ENCODER;
      expect(Buffer.compare(await readFile(join(out, name)), published(source, name))).toBe(0);
    }
    const pack = await convertCheckpoint({ checkpoint: out, out: join(out, '..', 'pack') });
    expect(pack.manifest.metrics).toEqual(METRICS);
  });

  test('records hub, repositories, commits and hashes in pull.json', async () => {
    const record = await pullHere();
    expect(JSON.parse(await readFile(join(out, 'pull.json'), 'utf8'))).toEqual(record);
    expect(record).toMatchObject({
      hub: hub.url,
      checkpoint: { repository: SIGLIP, revision: 'main', commit: 'c'.repeat(40) },
      encoder: { repository: SIGLIP_ENCODER, revision: 'main', commit: 'e'.repeat(40) },
    });
    expect(record.files[WEIGHTS]?.digest.kind).toBe('sha256');
    expect(record.files['config.json']).toMatchObject({ from: 'checkpoint', digest: { kind: 'git' } });
    expect(record.files['tokenizer.json']?.from).toBe('encoder');
  });

  test('asks for files at the commit, not at a branch that may move meanwhile', async () => {
    await pullHere();
    const asked = hub.requests.filter(({ path }) => /\/(?:tree|resolve)\//.test(path));
    expect(asked.length).toBeGreaterThan(9);
    for (const { path } of asked) expect(path).toMatch(/c{40}|e{40}/);
  });

  test('a second pull downloads nothing', async () => {
    await pullHere();
    hub.requests.length = 0;
    const files: PulledFile[] = [];
    await pullHere({ onFile: (file) => files.push(file) });
    expect(hub.requests.filter(({ path }) => path.includes('/resolve'))).toEqual([]);
    expect(new Set(files.map(({ state }) => state))).toEqual(new Set(['present']));
  });

  test('reports progress up to the size of each file', async () => {
    const last = new Map<string, number>();
    await pullHere({
      onProgress: (file, done, total) => {
        expect(done).toBeLessThanOrEqual(total);
        last.set(file, done);
      },
    });
    expect(last.get(WEIGHTS)).toBe(published(SIGLIP, WEIGHTS).length);
  });

  test('never asks for code, pickles or the model card', async () => {
    await pullHere();
    expect(hub.requests.filter(({ path }) => /\.(?:py|bin|md)$/.test(path))).toEqual([]);
  });
});

describe('the encoder', () => {
  test('is the family’s own when the config names a folder of the machine that trained it', async () => {
    change(
      CLIP_MTL,
      'inference_config.json',
      Buffer.from('{"encoder_name": "runs\\\\encoder", "backend": "clip"}'),
    );
    expect((await pullHere({ repository: CLIP_MTL })).encoder?.repository).toBe(CLIP_ENCODER);
  });

  test('can be named, with a revision', async () => {
    const { encoder } = await pullHere({ encoder: `${SIGLIP_ENCODER}@${'e'.repeat(40)}` });
    expect(encoder).toEqual({ repository: SIGLIP_ENCODER, revision: 'e'.repeat(40), commit: 'e'.repeat(40) });
  });

  test('is not asked when the classifier comes with everything', async () => {
    const own = { ...repositories[SIGLIP_ENCODER]?.files, ...repositories[SIGLIP]?.files };
    repositories[SIGLIP] = { files: own };
    expect((await pullHere()).encoder).toBeNull();
    expect(hub.requests.filter(({ path }) => path.includes('google'))).toEqual([]);
  });

  test('without a tokenizer.json is told before the weights are downloaded', async () => {
    change(SIGLIP_ENCODER, 'tokenizer.json', undefined);
    await expect(pullHere()).rejects.toMatchObject({
      code: 'checkpoint_invalid',
      message: expect.stringMatching(/google\/siglip2-base-patch16-224 has no tokenizer\.json.*--encoder/),
    });
    expect(hub.downloads(WEIGHTS)).toEqual([]);
  });
});

describe('an interrupted download', () => {
  test('goes on from the byte where the connection broke', async () => {
    hub.faults = { breakAfter: { [WEIGHTS]: [1_000_000, 500_000] } };
    await pullHere();
    expect(hub.downloads(WEIGHTS)).toEqual(['bytes=0-', 'bytes=1000000-', 'bytes=1500000-']);
    expect(Buffer.compare(await readFile(join(out, WEIGHTS)), published(SIGLIP, WEIGHTS))).toBe(0);
  });

  test('goes on in the next call after it was aborted, and nothing half-made has the file’s name', async () => {
    const controller = new AbortController();
    hub.faults = { breakAfter: { [WEIGHTS]: [1_000_000] } };
    const onProgress = (file: string, done: number): void => {
      if (file === WEIGHTS && done >= 1_000_000) controller.abort();
    };
    await expect(pullHere({ onProgress, signal: controller.signal })).rejects.toThrow(/abort/i);
    const [partial, ...more] = (await readdir(out)).filter((name) => name.startsWith(WEIGHTS));
    expect(partial).toMatch(/^model\.safetensors\.[0-9a-f]{12}\.partial$/);
    expect(more).toEqual([]);
    const { size } = await stat(join(out, partial ?? ''));
    hub.requests.length = 0;
    await pullHere();
    expect(hub.downloads(WEIGHTS)).toEqual([`bytes=${size}-`]);
    expect(Buffer.compare(await readFile(join(out, WEIGHTS)), published(SIGLIP, WEIGHTS))).toBe(0);
    expect((await readdir(out)).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  test('starts again when what it left behind was damaged', async () => {
    hub.faults = { breakAfter: { [WEIGHTS]: [1_000_000, 0, 0, 0, 0, 0] } };
    await expect(pullHere()).rejects.toMatchObject({ code: 'invalid_configuration' });
    const partial = (await readdir(out)).find((name) => name.endsWith('.partial')) ?? '';
    await writeFile(join(out, partial), Buffer.alloc(5000));
    hub.faults = {};
    hub.requests.length = 0;
    await pullHere();
    expect(hub.downloads(WEIGHTS)).toEqual(['bytes=5000-', 'bytes=0-']);
    expect(Buffer.compare(await readFile(join(out, WEIGHTS)), published(SIGLIP, WEIGHTS))).toBe(0);
  });

  test('starts again when the storage cannot send a part', async () => {
    hub.faults = { breakAfter: { [WEIGHTS]: [1_000_000] }, ignoreRanges: true };
    await pullHere();
    expect(hub.downloads(WEIGHTS)).toEqual(['bytes=0-', 'bytes=1000000-', 'bytes=0-']);
    expect(Buffer.compare(await readFile(join(out, WEIGHTS)), published(SIGLIP, WEIGHTS))).toBe(0);
  });

  test('of another version is not continued', async () => {
    hub.faults = { breakAfter: { [WEIGHTS]: [1_000_000, 0, 0, 0, 0, 0] } };
    await expect(pullHere()).rejects.toThrow(/gave up/);
    hub.faults = {};
    hub.requests.length = 0;
    const changed = Buffer.from(published(SIGLIP, WEIGHTS));
    changed[changed.length - 1] = 7;
    change(SIGLIP, WEIGHTS, changed);
    await pullHere();
    expect(hub.downloads(WEIGHTS)).toEqual(['bytes=0-']);
    expect(Buffer.compare(await readFile(join(out, WEIGHTS)), changed)).toBe(0);
  });
});

describe('two pulls into one folder', () => {
  test('are noticed, and no mixture of them gets the file’s name', async () => {
    let mixed = false;
    const onProgress = (file: string, done: number): void => {
      if (file !== WEIGHTS || mixed || done < 100_000) return;
      mixed = true;
      const partial = readdirSync(out).find((name) => name.endsWith('.partial')) ?? '';
      appendFileSync(join(out, partial), 'of another process');
    };
    await expect(pullHere({ onProgress })).rejects.toThrow(/something else writes to the same folder/);
    expect(await readdir(out)).not.toContain(WEIGHTS);
    await pullHere();
    expect(Buffer.compare(await readFile(join(out, WEIGHTS)), published(SIGLIP, WEIGHTS))).toBe(0);
  });
});

describe('what arrives altered', () => {
  const flip = (content: Buffer): Buffer => {
    const altered = Buffer.from(content);
    altered[1000] = (altered[1000] ?? 0) ^ 1;
    return altered;
  };

  test.each([WEIGHTS, 'tokenizer_config.json'])(
    '%s with one flipped bit is refused and removed',
    async (file) => {
      hub.faults = { alter: { [file]: flip } };
      await expect(pullHere()).rejects.toMatchObject({
        code: 'checkpoint_invalid',
        message: expect.stringContaining(`${file} of`),
      });
      expect((await readdir(out)).filter((name) => name.startsWith(`${file}.`) || name === file)).toEqual([]);
    },
  );

  test('a body longer than listed is not written to the end', async () => {
    hub.faults = { alter: { [WEIGHTS]: (content) => Buffer.concat([content, content]) } };
    await expect(pullHere()).rejects.toMatchObject({ code: 'checkpoint_invalid' });
    for (const name of await readdir(out)) {
      expect((await stat(join(out, name))).size).toBeLessThanOrEqual(published(SIGLIP, WEIGHTS).length);
    }
  });

  test('a hash in the listing that belongs to another file is told', async () => {
    const size = published(SIGLIP, 'config.json').length;
    const listed = { 'config.json': { type: 'file', path: 'config.json', size, oid: '0'.repeat(40) } };
    repositories[SIGLIP] = { files: repositories[SIGLIP]?.files ?? {}, listed };
    await expect(pullHere()).rejects.toMatchObject({ message: expect.stringMatching(/git hash 0{40}/) });
  });
});

describe('access', () => {
  test('a gated repository tells where to accept its terms', async () => {
    change(SIGLIP, 'x', Buffer.from(''), { gated: true });
    await expect(pullHere()).rejects.toMatchObject({
      code: 'invalid_configuration',
      message: expect.stringMatching(
        new RegExp(`401 .*gated: accept its terms at ${hub.url}/${SIGLIP}, then set HF_TOKEN`),
      ),
    });
  });

  test('the token opens it, and goes to the hub alone', async () => {
    change(SIGLIP, 'x', Buffer.from(''), { gated: true });
    await pullHere({ hub: { url: hub.url, token: TOKEN } });
    const seen = { hub: new Set<unknown>(), storage: new Set<unknown>() };
    for (const { origin, authorization } of hub.requests) seen[origin].add(authorization);
    expect(seen.hub).toEqual(new Set([`Bearer ${TOKEN}`]));
    expect(seen.storage).toEqual(new Set([undefined]));
  });

  test('a wrong token is told, and does not stand in the message', async () => {
    change(SIGLIP, 'x', Buffer.from(''), { gated: true });
    const failure = await pullHere({ hub: { url: hub.url, token: 'hf_secret' } }).catch(
      (error: Error) => error.message,
    );
    expect(failure).toMatch(/the token that was sent has no access/);
    expect(failure).not.toContain('hf_secret');
  });

  test('a token is not sent in the clear', async () => {
    await expect(pullHere({ hub: { url: 'http://hub.example', token: TOKEN } })).rejects.toThrow(
      /not encrypted/,
    );
  });

  test.each([
    [
      'a repository that does not exist',
      { repository: 'nobody/nothing' },
      /private or gated, or does not exist/,
    ],
    ['a revision that does not exist', { revision: 'v9' }, /no such revision: check --revision/],
    ['a name that is none', { repository: '../../etc' }, /expected OWNER\/NAME/],
    ['a revision that is none', { revision: '../x' }, /expected a branch, a tag or a commit/],
  ])('%s is told', async (_what, options, message) => {
    await expect(pullHere(options)).rejects.toMatchObject({
      code: 'invalid_configuration',
      message: expect.stringMatching(message),
    });
  });

  test('a hub that is out of reach is tried again, then told', async () => {
    const url = hub.url;
    await hub.stop();
    await expect(pull({ out, hub: { url, retryDelayMs: 1 } })).rejects.toMatchObject({
      code: 'invalid_configuration',
      message: expect.stringMatching(
        /cannot be reached \(ECONNREFUSED\); gave up after 5 attempts.*HF_ENDPOINT/,
      ),
    });
    hub = await FakeHub.start(repositories);
  });

  test('a hub at its limits is waited for', async () => {
    hub.faults = { statuses: [429, 503, 500] };
    await pullHere();
    expect(await readdir(out)).toContain(WEIGHTS);
  });

  test('an address that is no hub is told', async () => {
    repositories[SIGLIP] = { files: repositories[SIGLIP]?.files ?? {}, commit: 'not-a-commit' };
    await expect(pullHere({ revision: 'main' })).rejects.toThrow(/does not answer as the hub does/);
  });
});

describe('what is not pulled', () => {
  test('pickled weights are refused', async () => {
    change(SIGLIP, WEIGHTS, undefined);
    await expect(pullHere()).rejects.toMatchObject({
      code: 'checkpoint_invalid',
      message: expect.stringMatching(/pytorch_model\.bin is a pickled PyTorch checkpoint/),
    });
  });

  test('weights in several files are refused', async () => {
    change(SIGLIP, WEIGHTS, undefined);
    change(SIGLIP, 'model-00001-of-00002.safetensors', Buffer.from('a'));
    change(SIGLIP, 'model-00002-of-00002.safetensors', Buffer.from('b'));
    await expect(pullHere()).rejects.toThrow(/weights in 2 files/);
  });

  test('a repository without weights tells what it holds', async () => {
    change(SIGLIP, WEIGHTS, undefined);
    change(SIGLIP, 'pytorch_model.bin', undefined);
    await expect(pullHere()).rejects.toThrow(/has no model\.safetensors at its root; it holds .*README\.md/);
  });

  test('weights that do not fit on the disk are told before they are downloaded', async () => {
    const lfs = { oid: 'a'.repeat(64), size: 1e15, pointerSize: 134 };
    const listed = { [WEIGHTS]: { type: 'file', path: WEIGHTS, size: 1e15, oid: 'b'.repeat(40), lfs } };
    repositories[SIGLIP] = { files: repositories[SIGLIP]?.files ?? {}, listed };
    await expect(pullHere()).rejects.toMatchObject({ code: 'resource_exhausted' });
    expect(hub.downloads(WEIGHTS)).toEqual([]);
  });

  test('files of the folder with another content stay, unless told otherwise', async () => {
    await pullHere();
    await truncate(join(out, WEIGHTS), 100);
    await expect(pullHere()).rejects.toMatchObject({
      code: 'invalid_configuration',
      message: expect.stringMatching(/holds model\.safetensors with another content.*--overwrite/),
    });
    expect((await stat(join(out, WEIGHTS))).size).toBe(100);
    await pullHere({ overwrite: true });
    expect(Buffer.compare(await readFile(join(out, WEIGHTS)), published(SIGLIP, WEIGHTS))).toBe(0);
  });
});
