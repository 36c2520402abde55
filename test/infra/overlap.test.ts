import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Template } from 'aws-cdk-lib/assertions';
import { Role } from 'aws-cdk-lib/aws-iam';
import type { Stack } from 'aws-cdk-lib/core';
import { ImageSource } from '../../lib/infra/constructs/container/image-source.js';
import type { Hosting } from '../../lib/infra/constructs/hosting/hosting.js';
import { ModelSource } from '../../lib/infra/constructs/model/model-source.js';
import type { ModerationEndpointProps } from '../../lib/infra/constructs/moderation-endpoint-props.js';
import { alteredModel } from './support/altered-model.js';
import { IMAGE_URI, resources, synthesize } from './support/synthesize.js';

const OTHER_IMAGE = IMAGE_URI.replace('/moderation@', '/moderation-next@');

let other: string;

beforeAll(() => {
  other = alteredModel(0.76);
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
