import { countBetween } from '../../drift/histogram.js';
import { populationStability } from '../../drift/stability.js';
import type { Evaluation, ThresholdsSection, TimelineEntry } from '../../evaluation.js';
import { flagsOf } from '../../metrics/flags.js';
import { type Scores, selectRows } from '../../scores.js';

export const PERIODS = { hour: 3_600_000, day: 86_400_000 } as const;
export type Period = keyof typeof PERIODS;

/** Below this many posts a period's PSI says little but chance. */
const MINIMUM_POSTS = 200;

export interface TimelineInput {
  readonly scores: Scores;
  /** Per row milliseconds since 1970; NaN rows are in no period. */
  readonly times: Float64Array;
  readonly unjudgedTimes: readonly number[];
  readonly thresholds: ThresholdsSection;
  readonly baseline: Evaluation | undefined;
  /** @default hours up to two days, else days */
  readonly period?: Period | undefined;
}

/** Traffic by periods of UTC, those that hold any, in order. */
export function timelineOf(input: TimelineInput): TimelineEntry[] {
  const { scores, times, unjudgedTimes } = input;
  const known = [...times, ...unjudgedTimes].filter((time) => !Number.isNaN(time));
  if (known.length === 0) return [];
  const span = known.reduce((a, b) => Math.max(a, b)) - known.reduce((a, b) => Math.min(a, b));
  const length = PERIODS[input.period ?? (span <= 2 * PERIODS.day ? 'hour' : 'day')];
  const periods = new Map<number, { readonly rows: number[]; unjudged: number }>();
  const at = (time: number) => {
    const start = Math.floor(time / length) * length;
    const period = periods.get(start) ?? { rows: [], unjudged: 0 };
    periods.set(start, period);
    return period;
  };
  for (let row = 0; row < scores.rows; row++) {
    const time = times[row] as number;
    if (!Number.isNaN(time)) at(time).rows.push(row);
  }
  for (const time of unjudgedTimes) if (!Number.isNaN(time)) at(time).unjudged += 1;
  return [...periods]
    .sort(([a], [b]) => a - b)
    .map(([start, { rows, unjudged }]) => ({
      from: new Date(start).toISOString(),
      judged: rows.length,
      unjudged,
      ...figuresOf(selectRows(scores, Uint32Array.from(rows)), input),
    }));
}

function figuresOf(
  scores: Scores,
  { thresholds, baseline }: TimelineInput,
): Pick<TimelineEntry, 'flagRates' | 'psi'> {
  const flags = flagsOf(scores, thresholds);
  return {
    flagRates: flags.map((column) =>
      scores.rows === 0 ? null : column.reduce((sum, flag) => sum + flag, 0) / scores.rows,
    ),
    psi: scores.probabilities.map((column, index) => {
      const histogram = baseline?.classes[index]?.scores.histogram;
      if (histogram === undefined || scores.rows < MINIMUM_POSTS) return null;
      return populationStability(histogram.counts, countBetween(column, histogram.edges));
    }),
  };
}
