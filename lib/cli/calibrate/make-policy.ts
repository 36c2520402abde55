import { ModerationError } from '../../contract/errors.js';
import { COMBINATIONS, type Combination } from '../../contract/modality.js';
import { type ClassPolicy, POLICY_FORMAT, type Policy, policySchema } from '../../contract/policy.js';
import { fitTemperature } from '../../evaluate/calibration/temperature.js';
import type {
  BandGoal,
  ClassChoice,
  OperatingPoint,
  ThresholdChoices,
  ThresholdGoal,
} from '../../evaluate/thresholds/choice.js';
import type { CalibrationData } from './load-calibration.js';

export interface PolicyOptions {
  readonly name: string;
  readonly goal: ThresholdGoal;
  readonly band: BandGoal;
  readonly temperature: boolean;
  readonly auditShare: number;
}

export interface MadePolicy {
  readonly policy: Policy;
  /** Classes whose temperature could not be fitted; they keep 1. */
  readonly unscaled: readonly string[];
}

/** What new policies have judged beside the first part of each post. */
const PARTS = { frames: true, windows: true } as const;

/**
 * The policy of some choices.
 *
 * @throws ModerationError `invalid_configuration`, listing every class that cannot reach its goal
 */
export function makePolicy(
  { pack, data, scores }: CalibrationData,
  choices: ThresholdChoices,
  { name, goal, band, temperature, auditShare }: PolicyOptions,
): MadePolicy {
  refuseUnreachable(choices);
  const fitted = scores.classNames.map((className, index) => {
    const [probabilities, labels] = [scores.probabilities[index], scores.labels[index]];
    const best = temperature && probabilities && labels ? fitTemperature(probabilities, labels) : null;
    return [className, best] as const;
  });
  const own = COMBINATIONS.flatMap((combination) => {
    const found = choices.byCombination[combination];
    return found === undefined ? [] : [[combination, classPolicies(found)] as const];
  });
  const policy = policySchema.parse({
    format: POLICY_FORMAT,
    name,
    created: new Date().toISOString(),
    pack,
    data: data.sha256,
    method: `${goalSentence(goal)}${bandSentence(band)}, on ${scores.rows} posts of ${data.name}`,
    classes: classPolicies(choices.all),
    ...(own.length > 0 && { byModality: Object.fromEntries(own) }),
    ...(temperature && {
      temperatures: Object.fromEntries(fitted.map(([className, best]) => [className, best ?? 1])),
    }),
    // They cost little, and what is not judged would go to review.
    parts: PARTS,
    auditShare,
  });
  const unscaled = fitted.filter(([, best]) => temperature && best === null).map(([className]) => className);
  return { policy, unscaled };
}

function classPolicies(choices: readonly ClassChoice[]): Record<string, ClassPolicy> {
  return Object.fromEntries(
    choices.map(({ class: name, threshold, band }) => {
      if (threshold === null || band === null) throw new RangeError(`The class ${name} has no threshold.`);
      return [name, { threshold, review: { from: band.from, to: band.to } }];
    }),
  );
}

function refuseUnreachable({ all, byCombination }: ThresholdChoices): void {
  const tables: readonly (readonly [Combination | undefined, readonly ClassChoice[]])[] = [
    [undefined, all],
    ...COMBINATIONS.map((combination) => [combination, byCombination[combination] ?? []] as const),
  ];
  const problems = tables.flatMap(([combination, choices]) =>
    choices
      .filter(({ status }) => status === 'unreachable')
      .map(({ class: name, reason, closest }) => {
        const where = combination === undefined ? name : `${name}, posts with ${combination}`;
        return `${where}: ${reason ?? 'unreachable'}${nearest(closest)}`;
      }),
  );
  if (problems.length === 0) return;
  throw new ModerationError(
    'invalid_configuration',
    `The goal cannot be reached on this data; ask for less, or calibrate on more posts:\n- ${problems.join('\n- ')}`,
  );
}

function nearest(point: OperatingPoint | null): string {
  if (point === null) return '';
  const { threshold, precision, recall } = point;
  const figures = `precision ${precision.value?.toFixed(3) ?? 'undefined'}, recall ${recall.value?.toFixed(3) ?? 'undefined'}`;
  return ` The nearest is ${threshold.toFixed(4)} with ${figures}.`;
}

function goalSentence(goal: ThresholdGoal): string {
  switch (goal.kind) {
    case 'f1-grid':
      return 'best F1 on the grid 0.05 to 0.95';
    case 'f1':
      return 'best F1';
    case 'precision':
      return `largest recall at a precision of ${goal.atLeast}`;
    case 'recall':
      return `fewest flags at a recall of ${goal.atLeast}`;
    case 'budget':
      return `at most ${goal.share} of the posts predicted`;
    case 'cost':
      return `least cost at ${goal.miss} a miss and ${goal.falseAlarm} a false alarm`;
  }
}

function bandSentence(band: BandGoal): string {
  switch (band.kind) {
    case 'none':
      return '';
    case 'targets':
      return `; review from a recall of ${band.recall} to a precision of ${band.precision}`;
    case 'budget':
      return `; review of ${band.share} of the posts below a precision of ${band.precision}`;
    case 'cost':
      return `; review at ${band.review} a post`;
  }
}
