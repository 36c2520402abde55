/** Several instance types behind one variant, tried in order where one has no capacity. */
import type { CfnEndpointConfig } from 'aws-cdk-lib/aws-sagemaker';
import { Token } from 'aws-cdk-lib/core';
import { type InstanceFacts, instanceFacts } from '../../../sagemaker/instance-types.js';
import { targetFor } from '../container/target-for.js';
import { defined } from '../defined.js';
import type { Rule } from '../rules.js';
import type { InstanceOptions, Instances } from './hosting.js';

/** SageMaker takes five; one alone is no pool. */
const TYPES = { min: 2, max: 5 } as const;

/**
 * What holds for every type of a variant: the least processors, GPUs and requests in flight, so that the smallest is not
 * overloaded, and each peculiarity that one of them has. Undefined where a type is known only at deployment.
 */
export function sharedFacts(types: readonly string[]): InstanceFacts | undefined {
  const all = types.map(instanceFacts).filter((facts) => facts !== undefined);
  const [first] = all;
  if (first === undefined || all.length < types.length) return undefined;
  const least = (pick: (facts: InstanceFacts) => number) => Math.min(...all.map(pick));
  return {
    ...first,
    gpus: least(({ gpus }) => gpus),
    vcpus: least(({ vcpus }) => vcpus),
    concurrencyTarget: least(({ concurrencyTarget }) => concurrencyTarget),
    localStorage: all.some(({ localStorage }) => localStorage),
    arm: all.some(({ arm }) => arm),
    blackwell: all.some(({ blackwell }) => blackwell),
  };
}

/** Whether the types differ in what utilizations are counted by. */
export function differInSize(types: readonly string[]): boolean {
  const sizes = types.map((type) => {
    const facts = instanceFacts(type);
    return `${facts?.vcpus}/${facts?.gpus}`;
  });
  return new Set(sizes).size > 1;
}

/** Rules on a pool as a whole; each of its types has those of a single type as well. */
export function poolRules(
  { instancePool, instanceType }: Pick<InstanceOptions, 'instancePool' | 'instanceType'>,
  encryptionKey: boolean,
): Rule[] {
  if (instancePool === undefined) return [];
  if (Token.isUnresolved(instancePool) || instancePool.some((type) => Token.isUnresolved(type))) {
    const problem =
      'a type of instancePool is known only at deployment; expected types that the image can be chosen by.';
    return [{ broken: true, problem }];
  }
  const known = instancePool.map(instanceFacts).filter((facts) => facts !== undefined);
  const distinct = new Set(instancePool).size;
  return [
    {
      broken: instanceType !== undefined,
      problem: `instanceType and instancePool are both given; put ${instanceType} into the pool, at the place that it should have, and leave instanceType out.`,
    },
    {
      broken: instancePool.length < TYPES.min || instancePool.length > TYPES.max,
      problem: `instancePool has ${instancePool.length} types; expected ${TYPES.min} to ${TYPES.max}, or instanceType for one.`,
    },
    {
      broken: distinct < instancePool.length,
      problem: `instancePool is ${instancePool.join(', ')}; expected each type once.`,
    },
    {
      broken: new Set(known.map(targetFor)).size > 1,
      problem: `instancePool mixes types with and without GPU (${instancePool.join(', ')}); one image serves them all, so leave either out.`,
    },
    {
      broken: encryptionKey && new Set(known.map(({ localStorage }) => localStorage)).size > 1,
      problem: `instancePool mixes types with and without local NVMe storage (${instancePool.join(', ')}); SageMaker accepts no key for the former, and security.encryptionKey would then not encrypt the volumes of the latter. Use types of one sort.`,
    },
  ];
}

/** The part of a production variant that says what it runs on. */
export function instancesOfVariant({
  instanceTypes: [first, ...others],
  provisionSeconds,
}: Instances): Pick<
  CfnEndpointConfig.ProductionVariantProperty,
  'instanceType' | 'instancePools' | 'variantInstanceProvisionTimeoutInSeconds'
> {
  const types =
    others.length === 0
      ? { instanceType: first }
      : {
          instancePools: [first, ...others].map((instanceType, index) => ({
            instanceType,
            priority: index + 1,
          })),
        };
  return defined({ ...types, variantInstanceProvisionTimeoutInSeconds: provisionSeconds });
}
