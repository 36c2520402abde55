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
    const instanceType = textAt(variant, 'InstanceType');
    const initialCount = numberAt(variant, 'InitialInstanceCount');
    return {
      name: textAt(variant, 'VariantName') ?? `variant ${index + 1}`,
      ...(instanceType !== undefined && { instanceType }),
      ...(initialCount !== undefined && { initialCount }),
    };
  });
}
