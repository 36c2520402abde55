import { describe, expect, test } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import type { Stack } from 'aws-cdk-lib/core';
import {
  AwsSolutionsChecks,
  HIPAASecurityChecks,
  type NagPack,
  NIST80053R4Checks,
  NIST80053R5Checks,
} from 'cdk-nag';
import { CASES, placed } from './support/cases.js';
import { lint, lintPresent } from './support/cfn-lint.js';
import { CONTROL, checkov, checkovPresent } from './support/checkov.js';
import { expectSnapshot } from './support/snapshot.js';
import { newEndpoint } from './support/synthesize.js';

const names = Object.keys(CASES);
const JUDGED = [...names, 'placed'];
const stacks = new Map<string, Stack>();
const templates = new Map<string, object>();

/** Each case is synthesized once; template and construct tree are read only. */
function stackOf(name: string): Stack {
  const known = stacks.get(name);
  if (known !== undefined) return known;
  const stack = name === 'placed' ? placed() : CASES[name]?.();
  if (stack === undefined) throw new RangeError(name);
  stacks.set(name, stack);
  return stack;
}

function templateOf(name: string): object {
  const template = templates.get(name) ?? Template.fromStack(stackOf(name)).toJSON();
  templates.set(name, template);
  return template;
}

describe('the template', () => {
  test.each(names)('of %s is the one committed', (name) => {
    expectSnapshot(name, templateOf(name));
  });
});

describe('cdk-nag', () => {
  test.each(JUDGED)('AwsSolutions finds nothing in %s that is not explained', (name) => {
    expect(findings(new AwsSolutionsChecks(), stackOf(name))).toEqual([]);
  });

  test.each(names)(
    'HIPAA and NIST find the key of the endpoint configuration in %s, or why there is none',
    (name) => {
      const packs = [new HIPAASecurityChecks(), new NIST80053R4Checks(), new NIST80053R5Checks()];
      const endpointFindings = packs
        .flatMap((pack) => findings(pack, stackOf(name)))
        .filter((finding) => finding.includes('SageMakerEndpointConfiguration'));
      expect(endpointFindings).toEqual([]);
    },
  );

  test('finds a key that is missing without a reason', () => {
    const { stack } = newEndpoint({ hosting: { kind: 'realtime', instanceType: 'ml.c6i.xlarge' } });
    const missing = findings(new HIPAASecurityChecks(), stack).filter((finding) =>
      finding.includes('SageMakerEndpointConfigurationKMSKeyConfigured'),
    );
    expect(missing).toHaveLength(1);
  });
});

describe('cfn-lint', () => {
  (lintPresent ? test : test.skip)('finds no error and no warning in any template', () => {
    expect(lint(allTemplates())).toBe('');
  });
});

describe('checkov', () => {
  (checkovPresent ? test : test.skip)('finds nothing in any template that is not explained', () => {
    const { open, reasons } = checkov(allTemplates());
    const ofControl = open.filter((finding) => finding.startsWith(`${CONTROL}:`));
    expect(ofControl).toContainEqual(expect.stringContaining('CKV_AWS_18'));
    expect(open.filter((finding) => !ofControl.includes(finding))).toEqual([]);
    expect(reasons.length).toBeGreaterThan(5);
    for (const reason of reasons) expect(reason).toMatch(/^[A-Z].{20,}\.$/);
  });
});

function allTemplates(): Record<string, object> {
  return Object.fromEntries(JUDGED.map((name) => [name, templateOf(name)]));
}

function findings(pack: NagPack, stack: Stack): string[] {
  return pack
    .validateScope(stack)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(
        (resource) => `${ruleName} ${(resource as { constructPath?: string }).constructPath}`,
      ),
    );
}
