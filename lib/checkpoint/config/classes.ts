import { LABELS } from '../../contract/labels.js';
import { Findings, quote } from '../findings.js';
import type { CheckpointConfigs } from './configs.js';

export interface Classes {
  readonly classNames: string[];
  /** One per class, 0 to 1. */
  readonly thresholds: number[];
  /** What is not stated by the configs, one sentence each. */
  readonly inferred: string[];
}

/** Of every class, where a checkpoint states none. */
export const DEFAULT_THRESHOLD = 0.5;

/**
 * The names and thresholds of a head's classes: from inference_config.json, else label_map.json, else the published
 * names.
 *
 * @param count classes of the head, by its tensors
 * @throws ModerationError `checkpoint_invalid` when the configs contradict the head or each other
 */
export function resolveClasses(configs: CheckpointConfigs, count: number): Classes {
  const findings = new Findings();
  const inferred: string[] = [];
  const classNames = resolveNames(configs, count, findings, inferred);
  const thresholds = resolveThresholds(configs, classNames, findings, inferred);
  findings.raise('checkpoint_invalid', 'The classes of the checkpoint are not clear');
  return { classNames, thresholds, inferred };
}

function resolveNames(
  { inference, labelMap }: CheckpointConfigs,
  count: number,
  findings: Findings,
  inferred: string[],
): string[] {
  const stated = inference?.class_names ?? labelMap;
  if (stated === undefined) {
    const names =
      count === LABELS.length ? [...LABELS] : Array.from({ length: count }, (_, i) => `class_${i}`);
    inferred.push(`No file names the classes: they are taken to be ${names.join(', ')}.`);
    return names;
  }
  if (stated.length !== count) {
    findings.add(`the head has ${count} classes, the configs name ${stated.length}: ${quote(stated)}`);
  }
  if (labelMap !== undefined && labelMap.join('\n') !== stated.join('\n')) {
    findings.add(`inference_config.json names ${quote(stated)}, label_map.json ${quote(labelMap)}`);
  }
  if (new Set(stated).size !== stated.length) findings.add(`class names repeat: ${quote(stated)}`);
  // Replies are objects with these names as keys.
  if (stated.includes('') || stated.includes('__proto__')) findings.add(`a class name is "" or "__proto__"`);
  return [...stated];
}

function resolveThresholds(
  { inference }: CheckpointConfigs,
  classNames: readonly string[],
  findings: Findings,
  inferred: string[],
): number[] {
  const stated = inference?.thresholds;
  if (Array.isArray(stated)) {
    if (stated.length !== classNames.length) {
      findings.add(
        `there are ${classNames.length} classes, inference_config.json has ${stated.length} thresholds`,
      );
    }
    return [...stated];
  }
  if (stated !== undefined) return thresholdsByName(stated, classNames, findings);
  const common = inference?.threshold ?? DEFAULT_THRESHOLD;
  inferred.push(`No threshold per class is stated: ${common} holds for all.`);
  return classNames.map(() => common);
}

function thresholdsByName(
  stated: Readonly<Record<string, number>>,
  classNames: readonly string[],
  findings: Findings,
): number[] {
  for (const name of Object.keys(stated)) {
    if (!classNames.includes(name))
      findings.add(`there is a threshold for ${quote(name)}, which is no class`);
  }
  return classNames.map((name) => {
    if (!Object.hasOwn(stated, name)) findings.add(`the class ${quote(name)} has no threshold`);
    return stated[name] ?? DEFAULT_THRESHOLD;
  });
}
