import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { projectRoot } from '../support/project-root.js';
import { FLAGS } from './support/synthesize.js';

/** Where cdk.json sets another value than the CDK recommends, and why. */
const DEVIATIONS: Record<string, { readonly value: unknown; readonly reason: string }> = {
  '@aws-cdk/core:enableAdditionalMetadataCollection': {
    value: false,
    reason: 'A template tells AWS nothing about the options that it was made with.',
  },
  '@aws-cdk/core:target-partitions': {
    value: ['aws', 'aws-cn', 'aws-us-gov'],
    reason: 'SageMaker hosts endpoints there too.',
  },
};

describe('cdk.json', () => {
  test('sets every feature flag that the installed aws-cdk-lib recommends', () => {
    const file = join(projectRoot, 'node_modules', 'aws-cdk-lib', 'recommended-feature-flags.json');
    const recommended = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    const own = Object.fromEntries(Object.entries(DEVIATIONS).map(([name, { value }]) => [name, value]));
    const { 'cli-telemetry': telemetry, ...flags } = FLAGS;
    expect(flags).toEqual({ ...recommended, ...own });
    expect(telemetry).toBe(false);
  });

  test('leaves nothing for `cdk synth -q` to print', () => {
    const out = mkdtempSync(join(tmpdir(), 'moderation-synth-'));
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [
        'node_modules/aws-cdk/bin/cdk',
        'synth',
        '-q',
        '--app',
        'node dist/bin/app.js',
        '--output',
        out,
        '--no-notices',
      ],
      { cwd: projectRoot, encoding: 'utf8', env: { ...process.env, AWS_EC2_METADATA_DISABLED: 'true' } },
    );
    expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: '', status: 0 });
  });
});
