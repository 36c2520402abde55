/** Rules on how a fleet scales. */
import { instanceFacts } from '../../../sagemaker/instance-types.js';
import { disagree, fails, lasting, type Rule, within } from '../rules.js';
import { computable } from '../tokens.js';
import { type ScalingOptions, scalingBounds } from './scaling-options.js';

const NO_DISTANCE = 'a policy names each step by its distance from the first; give a number';

/** @param name of the count, for the message */
export function countRules(scaling: ScalingOptions | false, instanceCount: number, name: string): Rule[] {
  if (scaling === false) return [within(name, instanceCount, 1, 1000, 'instances')];
  const { max } = scalingBounds(scaling, instanceCount);
  return [
    {
      broken: disagree(instanceCount, max, (known, most) => known >= 1 && known <= most),
      problem: `${name} is ${instanceCount}; expected 1 to ${max} instances, the most that scaling allows.`,
    },
  ];
}

/** @param types of the fleet's variants */
export function burstableRules(types: readonly string[]): Rule[] {
  return types.map((type) => ({
    broken: instanceFacts(type)?.burstable === true,
    problem: `${type} is burstable, and SageMaker does not scale such types; set scaling to false, or take another type.`,
  }));
}

export function scalingRules(scaling: ScalingOptions | false, instanceCount: number): Rule[] {
  if (scaling === false) return [];
  const { min, max } = scalingBounds(scaling, instanceCount);
  const steps = scaling.steps ?? [];
  const levels = steps.map(({ concurrentRequests }) =>
    computable('concurrentRequests of scaling.steps', concurrentRequests, NO_DISTANCE),
  );
  const rising = levels.every((level, index) => level > (levels[index - 1] ?? 0));
  return [
    within('scaling.minInstances', min, 1, 1000, 'instances (zero takes scale-to-zero or async hosting)'),
    {
      broken: disagree(max, min, (most, fewest) => most >= fewest),
      problem: `scaling.maxInstances is ${max}, below minInstances, which is ${min}.`,
    },
    ...countRules(scaling, instanceCount, 'instanceCount'),
    {
      broken: fails(scaling.concurrentRequests, (target) => target > 0),
      problem: `scaling.concurrentRequests is ${scaling.concurrentRequests}; expected more than 0.`,
    },
    lasting('scaling.scaleOutCooldown', scaling.scaleOutCooldown, 0, 3600),
    lasting('scaling.scaleInCooldown', scaling.scaleInCooldown, 0, 3600),
    { broken: !rising, problem: 'scaling.steps must rise in concurrentRequests, from above 0.' },
  ];
}
