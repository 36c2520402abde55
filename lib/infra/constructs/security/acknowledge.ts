/** Telling cdk-nag and checkov why a finding is meant, next to what they find. */
import { CfnResource, Stack, Validations } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/** Says why a statement's resource has a wildcard. */
export function acknowledgeWildcard(construct: IConstruct, resource: string, reason: string): void {
  const finding = flatten(Stack.of(construct).resolve(resource));
  if (!finding.includes('*')) return;
  Validations.of(construct).acknowledge({ id: `AwsSolutions-IAM5[Resource::${finding}]`, reason });
}

interface CheckovSkip {
  readonly id: string;
  readonly comment: string;
}

/**
 * Says why checkov's findings about a resource are meant: in its metadata, where checkov looks.
 *
 * @param construct the resource, or the construct that it is the default child of
 * @param reasons by the id of the check
 */
export function acknowledgeCheckov(construct: IConstruct, reasons: Readonly<Record<string, string>>): void {
  const resource = CfnResource.isCfnResource(construct) ? construct : construct.node.defaultChild;
  if (!CfnResource.isCfnResource(resource)) throw new RangeError(`${construct.node.path} is not a resource.`);
  const known = (resource.getMetadata('checkov') as { skip: CheckovSkip[] } | undefined)?.skip ?? [];
  const more = Object.entries(reasons).map(([id, comment]) => ({ id, comment }));
  resource.addMetadata('checkov', { skip: [...known, ...more] });
}

/** A resolved value as cdk-nag writes it: references in angle brackets. */
function flatten(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name, argument]] = Object.entries(value) as [[string, unknown]];
  switch (name) {
    case 'Fn::Join': {
      const [separator, parts] = argument as [string, unknown[]];
      return parts.map(flatten).join(separator);
    }
    case 'Fn::GetAtt':
      return `<${(argument as string[]).join('.')}>`;
    case 'Fn::Sub':
      return String(argument).replace(/\$\{([^}]+)\}/g, '<$1>');
    default:
      return `<${String(argument)}>`;
  }
}
