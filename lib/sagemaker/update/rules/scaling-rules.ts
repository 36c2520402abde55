/** What an update must not change of a variant while Application Auto Scaling holds it. */

import type { WantedEndpoint } from '../endpoint.js';
import { SOURCES } from '../sources.js';
import { type Finding, type Update, when } from './rule.js';

/** The model of a scaled variant may change; its instance type may not. */
export function scaledTypeRule({ deployed, wanted }: Update): readonly Finding[] {
  return deployed.variants.flatMap(({ name, instanceType }) => {
    const next = wanted.variants.find((variant) => variant.name === name)?.instanceType;
    const changes = instanceType !== undefined && next !== undefined && instanceType !== next;
    return when(changes && deployed.scaledVariants.includes(name), () => ({
      rule: 'scaled-instance-type',
      problem: `The variant ${name} of ${deployed.name} runs on ${instanceType} and is scaled; its instance type cannot become ${next} until it is deregistered from scaling.`,
      remedy: { step: { ...unscaled(wanted), ...typeSettings(instanceType ?? '', next ?? '') } },
      source: SOURCES.scaling,
    }));
  });
}

/** Counts that are not retained are those of a fleet that is no longer to be scaled at all; its bounds may not fit. */
function unscaled({ retainAll }: WantedEndpoint): Readonly<Record<string, string>> {
  return { scaling: retainAll ? 'paused' : 'false' };
}

/** The settings of a type, or of a pool, when those of the other are set; an empty one takes a setting back. */
function typeSettings(type: string, instead: string): Readonly<Record<string, string>> {
  const key = settingOf(type);
  const other = settingOf(instead);
  return { [key]: type, ...(other !== key && { [other]: '' }) };
}

function settingOf(type: string): 'instancePool' | 'instanceType' {
  return type.includes(',') ? 'instancePool' : 'instanceType';
}

export function removedVariantRule({ deployed, wanted }: Update): readonly Finding[] {
  const kept = new Set(wanted.variants.map(({ name }) => name));
  return deployed.scaledVariants
    .filter((name) => !kept.has(name))
    .flatMap((name) =>
      when(deployed.kind === wanted.kind, () => ({
        rule: 'scaled-variant-removed',
        problem: `The variant ${name} of ${deployed.name} is scaled; it cannot be removed until it is deregistered from scaling.`,
        remedy: {
          before: [
            `aws application-autoscaling deregister-scalable-target --service-namespace sagemaker --resource-id endpoint/${deployed.name}/variant/${name} --scalable-dimension sagemaker:variant:DesiredInstanceCount`,
          ],
        },
        source: SOURCES.scaling,
      })),
    );
}
