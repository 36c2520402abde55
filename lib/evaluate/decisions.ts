import { ACTIONS } from '../contract/action.js';
import { COMBINATIONS } from '../contract/modality.js';
import { actionOf, classPoliciesFor, type Policy } from '../contract/policy.js';
import type { DecisionsSection, ThresholdsSection } from './evaluation.js';
import { figureAt, type MeasuredFigures } from './figures.js';
import { anyOf } from './metrics/flags.js';
import { placeOf } from './metrics/quality-layout.js';
import type { Scores } from './scores.js';

/** The thresholds of a policy, in the order of the classes. @throws RangeError when it lacks a class */
export function thresholdsOfPolicy(policy: Policy, classNames: readonly string[]): ThresholdsSection {
  const column = (combination: (typeof COMBINATIONS)[number]) =>
    classNames.map((name) => classPolicyOf(policy, combination, name).threshold);
  const all = classNames.map((name) => {
    const own = policy.classes[name];
    if (own === undefined) throw new RangeError(`The policy has no class ${name}.`);
    return own.threshold;
  });
  return {
    all,
    ...(policy.byModality && {
      byCombination: Object.fromEntries(
        COMBINATIONS.filter((name) => policy.byModality?.[name]).map((name) => [name, column(name)]),
      ),
    }),
    source: `policy ${policy.name}: ${policy.method}`,
  };
}

/** Per row what the policy does: the index in ACTIONS of its sternest class. */
export function actionsOf(
  policy: Policy,
  { classNames, rows, probabilities, combinations }: Scores,
): Uint8Array {
  const byCode = COMBINATIONS.map((combination) =>
    classNames.map((name) => classPolicyOf(policy, combination, name)),
  );
  const actions = new Uint8Array(rows);
  probabilities.forEach((column, index) => {
    for (let row = 0; row < rows; row++) {
      const own = byCode[combinations[row] as number]?.[index];
      if (own === undefined) throw new RangeError(`Row ${row} has an unknown combination.`);
      const action = ACTIONS.indexOf(actionOf(column[row] as number, own));
      if (action > (actions[row] as number)) actions[row] = action;
    }
  });
  return actions;
}

function classPolicyOf(policy: Policy, combination: (typeof COMBINATIONS)[number], name: string) {
  const own = classPoliciesFor(policy, combination)[name];
  if (own === undefined) throw new RangeError(`The policy has no class ${name} for ${combination}.`);
  return own;
}

export function decisionsSection(
  policy: Policy,
  { labels, rows }: Scores,
  actions: Uint8Array,
  measured: MeasuredFigures,
): DecisionsSection {
  const any = labels && anyOf(labels, rows);
  const figure = (name: Parameters<typeof placeOf.decision>[0]) =>
    figureAt(measured, placeOf.decision(name), name === 'missed' ? 'no-positives' : 'no-negatives');
  return {
    policy: policy.name,
    actions: ACTIONS.map((action, code) => ({
      action,
      rows: actions.reduce((sum, value) => sum + Number(value === code), 0),
      share: figure(action),
      harmful: any && actions.reduce((sum, value, row) => sum + Number(value === code && any[row] === 1), 0),
    })),
    missed: any && figure('missed'),
    wronglyFlagged: any && figure('wronglyFlagged'),
  };
}
