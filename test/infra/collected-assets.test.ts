/** What `cdk gc` would delete: by its rules on every template here, by itself in gc.test.ts. */
import { cpSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import {
  DefaultStackSynthesizer,
  type IStackSynthesizer,
  NestedStack,
  Stack,
  type StackProps,
} from 'aws-cdk-lib/core';
import { ImageSource } from '../../lib/infra/constructs/container/image-source.js';
import { ModelSource } from '../../lib/infra/constructs/model/model-source.js';
import { ModerationEndpoint } from '../../lib/infra/constructs/moderation-endpoint.js';
import type { ModerationEndpointProps } from '../../lib/infra/constructs/moderation-endpoint-props.js';
import { CASES } from './support/cases.js';
import { collected, modelKeys } from './support/collector.js';
import { DIGEST, failure, IMAGE_URI, MODEL_FOLDER, newApp, newEndpoint } from './support/synthesize.js';

const HASH = 'ab12cd34';
// biome-ignore lint/suspicious/noTemplateCurlyInString: placeholders, as the CDK knows them.
const [QUALIFIER, PLACE] = ['${Qualifier}/', '${AWS::AccountId}/${AWS::Region}/'];

/** A copy of the small model, with some files more. */
function withFiles(...names: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'moderation-names-'));
  cpSync(MODEL_FOLDER, folder, { recursive: true });
  for (const name of names) writeFileSync(join(folder, name), '{}');
  return folder;
}

function stackOf(props: StackProps, own: Partial<ModerationEndpointProps> = {}): Stack {
  const stack = new Stack(newApp(), 'Test', props);
  new ModerationEndpoint(stack, 'Endpoint', {
    model: ModelSource.fromPack(MODEL_FOLDER),
    image: ImageSource.fromUri(IMAGE_URI),
    ...own,
  });
  return stack;
}

const prefixed = (bucketPrefix: string, env: StackProps['env'] = {}): Stack =>
  stackOf({ env, synthesizer: new DefaultStackSynthesizer({ bucketPrefix }) as IStackSynthesizer });

describe('the files of a model', () => {
  test.each(Object.keys(CASES))('of %s are kept, and each is named in the template', (name) => {
    const stack = CASES[name]?.() ?? new Stack();
    const keys = modelKeys(stack);
    expect(keys.length).toBeGreaterThan(0);
    expect(collected(stack)).toEqual([]);
    const template = JSON.stringify(Template.fromStack(stack).toJSON());
    expect(keys.filter((key) => !template.includes(key))).toEqual([]);
  });

  test('are kept whatever they are called', () => {
    const folder = withFiles('added.tokens.v2.json', '.hidden.json', 'été.json', 'a b.json');
    const stack = stackOf({}, { model: ModelSource.fromPack(folder) });
    expect(modelKeys(stack).filter((key) => /tokens\.v2|\.hidden|été|a b/.test(key))).toHaveLength(4);
    expect(collected(stack)).toEqual([]);
  });

  test.each(['a"b', 'a$(b)', 'a`b`', 'a\\b', 'a:b', 'a\nb'])(
    'are refused where a pipeline could not upload them: %j',
    (name) => {
      const folder = withFiles('other.json');
      renameSync(join(folder, 'other.json'), join(folder, `${name}.json`));
      const message = failure(() => newEndpoint({ model: ModelSource.fromPack(folder) }));
      expect(message).toContain(`the file ${JSON.stringify(`${name}.json`)} of`);
      expect(message).toContain('rename it');
    },
  );

  test.each(['models/', 'v1.2/models/', QUALIFIER])('are kept below the prefix %s', (prefix) => {
    const stack = prefixed(prefix);
    for (const key of modelKeys(stack))
      expect(key).toMatch(/^(?:models|v1\.2\/models|hnb659fds)\/[0-9a-f]{64}/);
    expect(collected(stack)).toEqual([]);
  });

  test('below a prefix with placeholders are read from there alone, and kept where the environment is given', () => {
    const anywhere = prefixed(PLACE);
    const template = Template.fromStack(anywhere);
    template.hasResourceProperties('AWS::SageMaker::Model', {
      PrimaryContainer: {
        ModelDataSource: {
          S3DataSource: {
            S3Uri: {
              'Fn::Join': [
                '',
                Match.arrayWith([
                  {
                    'Fn::Sub': Match.stringLikeRegexp(
                      '^\\$\\{AWS::AccountId\\}/\\$\\{AWS::Region\\}/[0-9a-f]{64}\\.model/$',
                    ),
                  },
                ]),
              ],
            },
          },
        },
      },
    });
    Annotations.fromStack(anywhere).hasWarning(
      '*',
      Match.stringLikeRegexp('cdk gc does not fill in account'),
    );

    const somewhere = prefixed(PLACE, {
      account: '111122223333',
      region: 'eu-west-1',
    });
    expect(modelKeys(somewhere)[0]).toMatch(/^111122223333\/eu-west-1\/[0-9a-f]{64}\.model\//);
    expect(collected(somewhere)).toEqual([]);
    Annotations.fromStack(somewhere).hasNoWarning('*', Match.stringLikeRegexp('cdk gc'));
  });

  test('of an endpoint in a nested stack are kept by its template', () => {
    const stack = new Stack(newApp(), 'Test');
    const nested = new NestedStack(stack, 'Nested');
    new ModerationEndpoint(nested, 'Endpoint', {
      model: ModelSource.fromPack(MODEL_FOLDER),
      image: ImageSource.fromUri(IMAGE_URI),
    });
    const template = JSON.stringify(Template.fromStack(nested).toJSON());
    const keys = modelKeys(stack);
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter((key) => !template.includes(key))).toEqual([]);
  });
});

describe('what others put into a bucket or repository of cdk bootstrap', () => {
  const warnings = (props: (stack: Stack) => Partial<ModerationEndpointProps>): string =>
    JSON.stringify(
      Annotations.fromStack(newEndpoint(props).stack)
        .findWarning('*', Match.anyValue())
        .map(({ entry }) => entry.data),
    );
  const model = (bucketName: string, prefix: string) => (stack: Stack) => ({
    model: ModelSource.fromPrefix(Bucket.fromBucketName(stack, 'Models', bucketName), prefix, HASH),
  });
  const image = (repository: string) => () => ({
    image: ImageSource.fromUri(`111122223333.dkr.ecr.eu-west-1.amazonaws.com/${repository}@${DIGEST}`),
  });

  test('is warned of, as no template names it the way that cdk gc looks', () => {
    const place = 'hnb659fds-assets-111122223333-eu-west-1';
    expect(warnings(model(`cdk-${place}`, `m/${HASH}/`))).toContain('cdk gc deletes what no template names');
    expect(warnings(image('cdk-hnb659fds-container-assets-111122223333-eu-west-1'))).toContain(
      'cdk gc deletes images whose tag no template names',
    );
    expect(warnings(model(`cdk-${place}`, `m/${HASH}.model/`))).not.toContain('cdk gc');
    expect(warnings(model('models', `m/${HASH}/`))).not.toContain('cdk gc');
    expect(warnings(image('moderation'))).not.toContain('cdk gc');
  });
});
