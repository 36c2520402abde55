import type { BandGoal, ChooseOptions, ThresholdGoal } from './choice.js';

/** Throws one RangeError that lists everything out of range. */
export function checkOptions(
  { goal, goals = {}, band, minimumExamples }: ChooseOptions,
  classNames: readonly string[],
): void {
  const problems = [
    ...goalProblems('goal', goal),
    ...Object.entries(goals).flatMap(([name, own]) =>
      classNames.includes(name)
        ? goalProblems(`goal of ${name}`, own)
        : [`goal of ${name}: there is no such class, expected some of ${classNames.join(', ')}`],
    ),
    ...(band ? goalProblems('band', band) : []),
    ...(minimumExamples !== undefined && !(Number.isInteger(minimumExamples) && minimumExamples >= 1)
      ? [`minimumExamples: got ${minimumExamples}, expected a whole number of at least 1`]
      : []),
  ];
  if (problems.length > 0) throw new RangeError(`Thresholds cannot be chosen:\n- ${problems.join('\n- ')}`);
}

/** Costs are finite and at least 0; every other number is a share. */
function goalProblems(what: string, { kind, ...numbers }: ThresholdGoal | BandGoal): string[] {
  const isCost = kind === 'cost';
  return Object.entries(numbers)
    .filter(([, value]) => !(value >= 0 && value <= (isCost ? Number.MAX_VALUE : 1)))
    .map(
      ([name, value]) =>
        `${what}, ${name}: got ${value}, expected ${isCost ? 'a cost of at least 0' : '0 to 1'}`,
    );
}
