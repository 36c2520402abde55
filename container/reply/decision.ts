import { ModerationError } from '../../lib/contract/errors.js';
import type { Prediction } from '../../lib/contract/reply.js';
import type { Parameters } from '../../lib/contract/request.js';
import type { Classification, Engine } from '../engine.js';
import { quoteName } from '../json/json-value.js';

/** A class and the probability from which on it is predicted. */
export interface ClassThreshold {
  readonly name: string;
  readonly threshold: number;
}

/**
 * The thresholds of the pack, in the order of the model's classes, with those that the request replaces. Throws
 * `invalid_parameters` for a class that the model does not have.
 */
export function thresholdsFor({ manifest }: Engine, { thresholds }: Parameters): readonly ClassThreshold[] {
  const replaced = new Map(Object.entries(thresholds ?? {}));
  const applied = manifest.classNames.map((name, index) => {
    const threshold = replaced.get(name) ?? manifest.thresholds[index] ?? 0.5;
    replaced.delete(name);
    return { name, threshold };
  });
  if (replaced.size > 0) {
    const unknown = [...replaced.keys()].map(quoteName).join(', ');
    throw new ModerationError(
      'invalid_parameters',
      `The model has no class ${unknown}; its classes are ${manifest.classNames.join(', ')}.`,
    );
  }
  return applied;
}

/**
 * The prediction of one post: a class is predicted from its threshold on (>=). Throws `output_invalid` where the model
 * gave no probability, for a value that is no number compares as "not harmful".
 */
export function decide(classification: Classification, classes: readonly ClassThreshold[]): Prediction {
  const { probabilities, modalitiesUsed, textTruncated } = classification;
  const checked = classes.map(({ name, threshold }, index): [string, number, boolean] => {
    const probability = probabilities[index];
    if (probability === undefined || !(probability >= 0 && probability <= 1)) {
      throw new ModerationError(
        'output_invalid',
        `The model gave no probability for the class ${quoteName(name)}.`,
      );
    }
    return [name, probability, probability >= threshold];
  });
  return {
    class_predictions: Object.fromEntries(checked.map(([name, , predicted]) => [name, predicted])),
    probabilities: Object.fromEntries(checked.map(([name, probability]) => [name, probability])),
    any_harmful: checked.some(([, , predicted]) => predicted),
    modalities_used: [...modalitiesUsed],
    text_truncated: textTruncated,
  };
}
