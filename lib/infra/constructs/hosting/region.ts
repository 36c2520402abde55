/** Warnings about what the stack's region may not offer. */
import { Annotations, Stack, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { HostingKind } from '../../../sagemaker/hosting-kind.js';
import { regionDoubts } from '../../../sagemaker/regions.js';
import type { FleetVariant } from './endpoint-fleet.js';

/** Nothing is told where the region is known only at deployment. */
export function warnOfRegion(scope: Construct, kind: HostingKind, variants: readonly FleetVariant[]): void {
  const { region } = Stack.of(scope);
  if (Token.isUnresolved(region)) return;
  const pool = variants.some(({ instances }) => (instances?.instanceTypes.length ?? 0) > 1);
  for (const doubt of regionDoubts(region, kind, pool)) {
    Annotations.of(scope).addWarningV2('moderation:region', doubt);
  }
}
