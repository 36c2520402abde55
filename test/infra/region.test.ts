import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { createStack } from '../../lib/infra/stacks/create-stack.js';
import {
  INSTANCE_POOL_REGIONS,
  SCALE_TO_ZERO_REGIONS,
  SERVERLESS_REGIONS,
} from '../../lib/sagemaker/regions.js';
import { IMAGE_URI, MODEL_FOLDER, newApp } from './support/synthesize.js';

const POOL = 'ml.g4dn.xlarge,ml.g6.xlarge';

/** What synthesis warns about the region. */
function warnings(context: Record<string, string>): unknown[] {
  const stack = createStack(newApp({ model: MODEL_FOLDER, image: IMAGE_URI, ...context }));
  return stack.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter(({ type, data }) => type === 'aws:cdk:warning' && String(data).includes('may not offer'))
    .map(({ data }) => data);
}

describe('a region', () => {
  test.each([
    [{ region: 'eu-west-3', hosting: 'scale-to-zero' }, 'eu-west-3 may not offer scaling to zero instances'],
    [{ region: 'us-west-1', hosting: 'scale-to-zero' }, 'us-west-1 may not offer scaling to zero'],
    [{ region: 'eu-south-2', hosting: 'serverless' }, 'eu-south-2 may not offer serverless hosting'],
    [{ region: 'eu-west-3', instancePool: POOL }, 'eu-west-3 may not offer instance pools'],
  ])('that may lack what %j needs is told', (context, message) => {
    expect(warnings(context)).toEqual([expect.stringContaining(message)]);
  });

  test.each([
    { region: 'eu-west-1', hosting: 'scale-to-zero' },
    { region: 'eusc-de-east-1', hosting: 'scale-to-zero' },
    { region: 'eu-west-3', hosting: 'serverless' },
    { region: 'eu-west-1', instancePool: POOL },
    { region: 'eu-west-3' },
    { region: 'ap-east-2', hosting: 'async' },
  ])('that is known to have it, or needs nothing special, is not: %j', (context) => {
    expect(warnings(context as Record<string, string>)).toEqual([]);
  });
});

test.each([
  ['serverless', SERVERLESS_REGIONS],
  ['instancePool', INSTANCE_POOL_REGIONS],
  ['scale-to-zero', SCALE_TO_ZERO_REGIONS],
])('docs/deploy.md names the same regions for %s', (name, regions) => {
  const rows = readFileSync('docs/deploy.md', 'utf8').split('\n');
  const row = rows.find((line) => /^[^:]+\(.* 2026\):/.test(line) && line.startsWith(`| \`${name}\` |`));
  expect(row?.match(/\b[a-z]{2,4}-[a-z]+(?:-[a-z]+)?-\d\b/g)).toEqual(regions);
});
