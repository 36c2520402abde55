import type { Statistic } from '../bootstrap/statistic.js';
import { shareOf } from '../metrics/confusion.js';
import { Background } from './background.js';
import { generalisedMean } from './generalised-mean.js';
import { GroupRanking } from './group-ranking.js';

export interface FairnessInput {
  readonly rows: number;
  readonly targets: readonly FairnessInputTarget[];
  /** Per group N values: 1 for members, else 0. */
  readonly groups: readonly Uint8Array[];
}

/** A class, or any harmful: N scores, labels and flags. */
export interface FairnessInputTarget {
  readonly scores: Float64Array;
  readonly labels: Uint8Array;
  readonly flags: Uint8Array;
}

export const GROUP_METRICS = [
  'subgroupAuc',
  'bpsnAuc',
  'bnspAuc',
  'falsePositiveRate',
  'falseNegativeRate',
  'flagRate',
] as const;
export type GroupMetric = (typeof GROUP_METRICS)[number];

export const GROUP_SUMMARIES = [
  'subgroupAuc',
  'bpsnAuc',
  'bnspAuc',
  'falsePositiveRateGap',
  'falseNegativeRateGap',
] as const;
export type GroupSummary = (typeof GROUP_SUMMARIES)[number];

/** Where a figure stands, of G groups. */
export function placeOfGroup(groups: number, target: number, group: number, metric: GroupMetric): number {
  return target * targetSize(groups) + group * GROUP_METRICS.length + GROUP_METRICS.indexOf(metric);
}

export function placeOfSummary(groups: number, target: number, summary: GroupSummary): number {
  return target * targetSize(groups) + groups * GROUP_METRICS.length + GROUP_SUMMARIES.indexOf(summary);
}

function targetSize(groups: number): number {
  return groups * GROUP_METRICS.length + GROUP_SUMMARIES.length;
}

/** The figures of Borkan et al. 2019 and the error rates of every group, for every target. */
export class FairnessStatistic implements Statistic {
  readonly rows: number;
  readonly size: number;
  readonly #targets: readonly { background: Background; groups: readonly GroupRanking[] }[];

  constructor({ rows, targets, groups }: FairnessInput) {
    this.rows = rows;
    this.size = targets.length * targetSize(groups.length);
    this.#targets = targets.map((target) => {
      const background = new Background(target.scores, target.labels);
      return {
        background,
        groups: groups.map((members) => new GroupRanking(background, members, target.labels, target.flags)),
      };
    });
  }

  compute(counts: Uint8Array, figures: Float64Array): void {
    let place = 0;
    for (const { background, groups } of this.#targets) {
      background.measure(counts);
      const columns = GROUP_METRICS.map(() => [] as number[]);
      for (const group of groups) {
        const values = groupFigures(background, group, counts);
        GROUP_METRICS.forEach((metric, index) => {
          figures[place++] = values[metric];
          columns[index]?.push(values[metric]);
        });
      }
      const [subgroup = [], bpsn = [], bnsp = [], fpr = [], fnr = []] = columns;
      for (const areas of [subgroup, bpsn, bnsp]) figures[place++] = generalisedMean(areas);
      for (const rates of [fpr, fnr]) figures[place++] = gapOf(rates);
    }
  }
}

function groupFigures(
  background: Background,
  group: GroupRanking,
  counts: Uint8Array,
): Record<GroupMetric, number> {
  const { positives, negatives, flaggedPositives, flaggedNegatives, ...pairs } = group.measure(counts);
  const area = (twicePairs: number, above: number, below: number) => shareOf(twicePairs, 2 * above * below);
  const { enoughPositives, enoughNegatives } = group;
  const when = (enough: boolean, value: number) => (enough ? value : Number.NaN);
  return {
    subgroupAuc: when(enoughPositives && enoughNegatives, area(pairs.within, positives, negatives)),
    bpsnAuc: when(
      enoughNegatives && group.enoughBackgroundPositives,
      area(pairs.allPositives - pairs.within, background.positives - positives, negatives),
    ),
    bnspAuc: when(
      enoughPositives && group.enoughBackgroundNegatives,
      area(pairs.allNegatives - pairs.within, positives, background.negatives - negatives),
    ),
    falsePositiveRate: when(enoughNegatives, shareOf(flaggedNegatives, negatives)),
    falseNegativeRate: when(enoughPositives, shareOf(positives - flaggedPositives, positives)),
    flagRate: shareOf(flaggedPositives + flaggedNegatives, positives + negatives),
  };
}

/** Largest minus smallest of the values that are defined; NaN of fewer than two. */
function gapOf(values: readonly number[]): number {
  const defined = values.filter((value) => !Number.isNaN(value));
  return defined.length < 2 ? Number.NaN : Math.max(...defined) - Math.min(...defined);
}
