/** Endpoint configurations: DescribeEndpointConfig and the properties of the resource write the same names. */
import type { HostingKind } from '../../hosting-kind.js';
import { at, listAt, numberAt, textAt } from '../../json.js';
import type { WantedVariant } from '../endpoint.js';

export function kindOf(config: unknown): HostingKind {
  const variants = listAt(config, 'ProductionVariants');
  if (at(config, 'AsyncInferenceConfig', 'OutputConfig') !== undefined) return 'async';
  if (variants.some((variant) => at(variant, 'ServerlessConfig') !== undefined)) return 'serverless';
  // Models of inference components come apart from the configuration.
  if (variants.length > 0 && variants.every((variant) => at(variant, 'ModelName') === undefined)) {
    return 'scale-to-zero';
  }
  return 'realtime';
}

export function variantsOf(config: unknown): readonly WantedVariant[] {
  return listAt(config, 'ProductionVariants').map((variant, index) => {
    const instanceType = textAt(variant, 'InstanceType') ?? poolOf(variant);
    const initialCount = numberAt(variant, 'InitialInstanceCount');
    return {
      name: textAt(variant, 'VariantName') ?? `variant ${index + 1}`,
      ...(instanceType !== undefined && { instanceType }),
      ...(initialCount !== undefined && { initialCount }),
    };
  });
}

/** Undefined where there is no pool, or where a type of it is known only at deployment. */
function poolOf(variant: unknown): string | undefined {
  const pools = listAt(variant, 'InstancePools').map((pool) => ({
    type: textAt(pool, 'InstanceType'),
    priority: numberAt(pool, 'Priority') ?? 0,
  }));
  if (pools.length === 0 || pools.some(({ type }) => type === undefined)) return undefined;
  return pools
    .sort((one, other) => one.priority - other.priority)
    .map(({ type }) => type)
    .join(',');
}
