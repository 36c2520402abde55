/** While CloudFormation updates a stack, two fleets run: what the one that leaves needs is there until it has left. */
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Stack } from 'aws-cdk-lib/core';
import { BatchTransform } from '../../lib/infra/constructs/batch-transform.js';
import { ImageSource } from '../../lib/infra/constructs/container/image-source.js';
import type { Hosting } from '../../lib/infra/constructs/hosting/hosting.js';
import { ModelSource } from '../../lib/infra/constructs/model/model-source.js';
import type { ModerationEndpointProps } from '../../lib/infra/constructs/moderation-endpoint-props.js';
import {
  DIGEST,
  IMAGE_URI,
  MODEL_FOLDER,
  newApp,
  newEndpoint,
  resources,
  synthesize,
} from './support/synthesize.js';

const OTHER_IMAGE = IMAGE_URI.replace('/moderation@', '/moderation-next@');

let other: string;

beforeAll(() => {
  other = join(mkdtempSync(join(tmpdir(), 'moderation-overlap-')), 'model');
  cpSync(MODEL_FOLDER, other, { recursive: true });
  const config = join(other, 'inference_config.json');
  writeFileSync(config, readFileSync(config, 'utf8').replace('0.75', '0.76'));
});

/** Before and after an update: each policy's statements by its logical id. */
function policies(template: Template): Map<string, string[]> {
  return new Map(
    Object.entries(resources(template, 'AWS::IAM::Policy')).map(([id, { Properties }]) => {
      const { Statement } = Properties['PolicyDocument'] as { Statement: object[] };
      return [id, Statement.map((statement) => JSON.stringify(statement))];
    }),
  );
}

/** Statements that CloudFormation takes away before its clean-up: those of a policy that it updates in place. */
function narrowed(before: Template, after: Template): string[] {
  const later = policies(after);
  return [...policies(before)].flatMap(([id, statements]) => {
    const kept = later.get(id);
    return kept === undefined ? [] : statements.filter((statement) => !kept.includes(statement));
  });
}

describe('an update', () => {
  const KINDS: readonly Hosting[] = [
    { kind: 'realtime' },
    { kind: 'async' },
    { kind: 'serverless' },
    { kind: 'scale-to-zero' },
  ];

  test.each(KINDS.map((hosting) => [hosting.kind, hosting] as const))(
    'of %s takes no permission from the fleet that leaves, whose model and image are others',
    (_, hosting) => {
      const container = { precision: 'int8' } as const;
      const before = synthesize({ hosting, container });
      const after = synthesize({
        hosting,
        container,
        model: ModelSource.fromPack(other),
        image: ImageSource.fromUri(OTHER_IMAGE),
      });
      expect(narrowed(before, after)).toEqual([]);
      const gone = [...policies(before).keys()].filter((id) => !policies(after).has(id));
      expect(gone).toEqual(
        [expect.stringMatching(/RoleImage/), expect.stringMatching(/RoleModel/)].reverse(),
      );
    },
  );

  test('of a given role takes none either, and a role that may not be changed stays as it is', () => {
    const own =
      (mutable: boolean) =>
      (stack: Stack): Partial<ModerationEndpointProps> => ({
        security: {
          role: Role.fromRoleArn(stack, 'Own', 'arn:aws:iam::111122223333:role/own', { mutable }),
        },
      });
    const next = (stack: Stack) => ({ ...own(true)(stack), model: ModelSource.fromPack(other) });
    expect(narrowed(synthesize(own(true)), synthesize(next))).toEqual([]);
    expect([...policies(synthesize(own(true))).values()].flat().join()).toContain('s3:GetObject');
    expect(policies(synthesize(own(false)))).toEqual(new Map());
  });

  test('keeps a policy that allows the same', () => {
    expect([...policies(synthesize()).keys()]).toEqual([...policies(synthesize()).keys()]);
  });
});

describe('the objects of a model', () => {
  /** As `cdk gc` compares: what stands before the first dot of a key, anywhere in the template. */
  function unnamed(stack: Stack): string[] {
    const template = JSON.stringify(Template.fromStack(stack).toJSON());
    const assembly = stack.node.root as unknown as {
      synth(): { stacks: { assets: unknown[] }[]; directory: string };
    };
    const { directory } = assembly.synth();
    const manifest = JSON.parse(readFileSync(join(directory, `${stack.artifactId}.assets.json`), 'utf8')) as {
      files: Record<
        string,
        { source: { path: string }; destinations: Record<string, { objectKey: string }> }
      >;
    };
    const keys = Object.values(manifest.files)
      .filter(({ source }) => source.path.startsWith('model-'))
      .flatMap(({ destinations }) => Object.values(destinations).map(({ objectKey }) => objectKey));
    expect(keys.length).toBeGreaterThan(0);
    return keys.filter((key) => !template.includes(key.split('.')[0] ?? key) || !template.includes(key));
  }

  test.each([
    ['realtime', { hosting: { kind: 'realtime' } }],
    ['variants', { hosting: { kind: 'realtime', variants: [{ name: 'B', model: MODEL_FOLDER }] } }],
    ['shadow', { hosting: { kind: 'realtime', shadow: { model: MODEL_FOLDER } } }],
    ['async', { hosting: { kind: 'async' } }],
    ['serverless', { hosting: { kind: 'serverless' }, container: { precision: 'int8' } }],
    ['scale-to-zero', { hosting: { kind: 'scale-to-zero' } }],
  ])('of %s are named in the template, each by its whole key', (_, props) => {
    const sources = JSON.parse(JSON.stringify(props), (key, value) =>
      key === 'model' ? ModelSource.fromPack(other) : value,
    ) as Partial<ModerationEndpointProps>;
    expect(unnamed(newEndpoint(sources).stack)).toEqual([]);
  });

  test('of a batch transform are, too', () => {
    const stack = new Stack(newApp(), 'Test');
    new BatchTransform(stack, 'Batch', {
      model: ModelSource.fromPack(MODEL_FOLDER),
      image: ImageSource.fromUri(`111122223333.dkr.ecr.eu-west-1.amazonaws.com/moderation@${DIGEST}`),
      bucket: new Bucket(stack, 'Bucket') as IBucket,
    });
    expect(unnamed(stack)).toEqual([]);
  });
});
