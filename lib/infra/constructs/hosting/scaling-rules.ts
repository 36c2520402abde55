/** Rules on how a fleet scales. */
import { Token } from 'aws-cdk-lib/core';
import { fails, type Rule, within } from '../rules.js';
import { type ScalingOptions, scalingBounds } from './scaling-options.js';

/** @param name of the count, for the message */
export function countRules(scaling: ScalingOptions | false, instanceCount: number, name: string): Rule[] {
  if (scaling === false) return [within(name, instanceCount, 1, 1000, 'instances')];
  const { max } = scalingBounds(scaling, instanceCount);
  return [
    {
      broken: fails(instanceCount, (known) => known >= 1 && known <= max),
      problem: `${name} is ${instanceCount}; expected 1 to ${max} instances, the most that scaling allows.`,
    },
  ];
}

export function scalingRules(scaling: ScalingOptions | false, instanceCount: number): Rule[] {
  if (scaling === false) return [];
  const { min, max } = scalingBounds(scaling, instanceCount);
  const steps = scaling.steps ?? [];
  const rising = steps.every(
    ({ concurrentRequests }, index) => concurrentRequests > (steps[index - 1]?.concurrentRequests ?? 0),
  );
  return [
    within('scaling.minInstances', min, 1, 1000, 'instances (zero takes scale-to-zero or async hosting)'),
    {
      broken: fails(max, (known) => Token.isUnresolved(min) || known >= min),
      problem: `scaling.maxInstances is ${max}, below minInstances, which is ${min}.`,
    },
    ...countRules(scaling, instanceCount, 'instanceCount'),
    {
      broken: fails(scaling.concurrentRequests, (target) => target > 0),
      problem: `scaling.concurrentRequests is ${scaling.concurrentRequests}; expected more than 0.`,
    },
    { broken: !rising, problem: 'scaling.steps must rise in concurrentRequests, from above 0.' },
  ];
}
