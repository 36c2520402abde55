import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { type App, Stack } from 'aws-cdk-lib/core';
import {
  type BoundModel,
  ModelSource,
  type Packaging,
} from '../../lib/infra/constructs/model/model-source.js';
import { smallPack } from '../checkpoint/support/small-pack.js';
import { failure, MODEL_FOLDER, newApp } from './support/synthesize.js';

interface FileAsset {
  readonly source: { readonly path: string };
  readonly destinations: Record<string, { readonly objectKey: string }>;
}

describe('a model folder', () => {
  test('is uploaded file by file below its content hash, each under its own name', () => {
    const { app, model } = bind(MODEL_FOLDER, 'files');
    const uploads = uploaded(app);
    const names = [...uploads.keys()].map((key) => key.slice(model.key.length)).sort();
    // Two files share a stem: they must not take each other's place.
    expect(names).toEqual(expect.arrayContaining(['cases.json', 'cases.safetensors', 'model.safetensors']));
    for (const [key, path] of uploads) {
      expect(key.startsWith(model.key)).toBe(true);
      expect(readFileSync(path).equals(readFileSync(join(MODEL_FOLDER, key.slice(model.key.length))))).toBe(
        true,
      );
    }
  });

  test('is packed into one tar.gz of the same files where asked for', () => {
    const { app, model } = bind(MODEL_FOLDER, 'tarball');
    const [[key, path]] = [...uploaded(app)] as [[string, string]];
    expect(key).toBe(model.key);
    expect(key).toMatch(/^[0-9a-f]{64}\.tar\.gz$/);
    const { stdout } = spawnSync('tar', ['-tzf', path], { encoding: 'utf8' });
    expect(stdout.trim().split('\n')).toEqual(model.files?.names);
  });

  test('has another key as soon as one threshold changes, and the same while nothing does', () => {
    const copy = mkdtempSync(join(tmpdir(), 'model-'));
    cpSync(MODEL_FOLDER, copy, { recursive: true });
    const before = bind(copy, 'files').model.key;
    expect(bind(copy, 'files').model.key).toBe(before);
    const path = join(copy, 'inference_config.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('0.75', '0.76'));
    expect(bind(copy, 'files').model.key).not.toBe(before);
  });

  test('with a policy has a key of its own, and is refused with a policy that no container takes', async () => {
    const { folder, hash } = await smallPack();
    const rule = { threshold: 0.5, review: { from: 0.4, to: 0.6 } };
    const policy = {
      format: 1,
      name: 'p',
      created: '2026-03-01T09:00:00Z',
      pack: hash,
      data: '0'.repeat(64),
      method: 'by hand',
      classes: { a: rule, b: rule },
    };
    const without = bind(folder, 'files').model;
    const write = (value: object) => writeFileSync(join(folder, 'policy.json'), JSON.stringify(value));
    write(policy);
    const first = bind(folder, 'files').model;
    write({ ...policy, auditShare: 0.01 });
    const second = bind(folder, 'tarball').model;
    expect(first.files?.names).toContain('policy.json');
    expect(second.files?.names).toContain('policy.json');
    expect(new Set([without.files?.hash, first.files?.hash, second.files?.hash]).size).toBe(3);
    write({ ...policy, classes: { a: rule } });
    expect(failure(() => bind(folder, 'files'))).toContain('classes: there is nothing for "b"');
  });

  test('that holds no model is refused', () => {
    expect(failure(() => bind('lib', 'files'))).toContain('holds no model; expected manifest.json');
  });
});

describe('a model in S3', () => {
  test('must carry its hash in the key, because SageMaker does not see a change behind the same key', () => {
    const { bucket } = newBucket();
    const message = failure(() => ModelSource.fromTarball(bucket, 'models/latest.tgz', 'abcdef12'));
    expect(message).toContain('key "models/latest.tgz" does not hold the hash "abcdef12"');
    expect(message).toContain('expected it to end with .tar.gz');
  });

  test('is used as it is stored, and refused where the hosting reads the other form', () => {
    const { stack, bucket } = newBucket();
    const tarball = ModelSource.fromTarball(bucket, 'models/abcdef12.tar.gz', 'abcdef12');
    expect(tarball.bind(stack, 'tarball')).toMatchObject({
      packaging: 'tarball',
      key: 'models/abcdef12.tar.gz',
    });
    const prefix = ModelSource.fromPrefix(bucket, 'models/abcdef12/', 'abcdef12');
    expect(failure(() => prefix.bind(stack, 'tarball'))).toContain('reads only a tar.gz');
  });
});

function bind(folder: string, packaging: Packaging): { readonly app: App; readonly model: BoundModel } {
  const app = newApp();
  const model = ModelSource.fromPack(folder).bind(new Stack(app, 'Test'), packaging);
  return { app, model };
}

function newBucket(): { readonly stack: Stack; readonly bucket: IBucket } {
  const stack = new Stack(newApp(), 'Test');
  return { stack, bucket: Bucket.fromBucketName(stack, 'Bucket', 'models') };
}

interface Assets {
  readonly files: Record<string, FileAsset>;
}

function assets(app: App): Assets {
  return JSON.parse(readFileSync(join(app.outdir, 'Test.assets.json'), 'utf8')) as Assets;
}

/** Key in S3 → path of what is uploaded there, without the template. */
function uploaded(app: App): Map<string, string> {
  app.synth();
  const entries = Object.values(assets(app).files)
    .filter(({ source }) => !source.path.endsWith('.template.json'))
    .flatMap(({ source, destinations }) =>
      Object.values(destinations).map(({ objectKey }) => [objectKey, join(app.outdir, source.path)] as const),
    );
  return new Map(entries);
}
