import type { Prepared } from '../bootstrap/bootstrap.js';
import { figuresOf } from '../bootstrap/statistic.js';
import type {
  FairnessSection,
  FairnessTarget,
  Figure,
  GroupQuality,
  UndefinedReason,
} from '../evaluation.js';
import { figureAt, type MeasuredFigures } from '../figures.js';
import { anyOf, flagsOf, largestOf } from '../metrics/flags.js';
import type { GroupColumn, GroupMembers, LabelledScores } from '../scores.js';
import {
  type FairnessInput,
  FairnessStatistic,
  type GroupMetric,
  type GroupSummary,
  placeOfGroup,
  placeOfSummary,
} from './fairness-statistic.js';

/** A group column, ready to be measured and resampled. */
export interface PreparedColumn {
  readonly column: GroupColumn;
  /** The groups that have enough rows, in their order: those that the figures are of. */
  readonly measuredGroups: readonly GroupMembers[];
  readonly input: FairnessInput;
  readonly prepared: Prepared;
  readonly values: Float64Array;
}

export function prepareColumn(
  scores: LabelledScores,
  thresholds: Parameters<typeof flagsOf>[1],
  column: GroupColumn,
  minimumRows: number,
): PreparedColumn {
  const { rows, probabilities, labels } = scores;
  const flags = flagsOf(scores, thresholds);
  const measuredGroups = column.groups.filter(({ members }) => sizeOf(members) >= minimumRows);
  const target = (scoresOf: Float64Array, truth: Uint8Array, flagged: Uint8Array) => ({
    scores: scoresOf,
    labels: truth,
    flags: flagged,
  });
  const input: FairnessInput = {
    rows,
    targets: [
      ...probabilities.map((values, index) =>
        target(values, labels[index] as Uint8Array, flags[index] as Uint8Array),
      ),
      target(largestOf(probabilities, rows), anyOf(labels, rows), anyOf(flags, rows)),
    ],
    groups: measuredGroups.map(({ members }) => members),
  };
  const statistic = new FairnessStatistic(input);
  const prepared: Prepared = { spec: { kind: 'fairness', input }, statistic };
  return { column, measuredGroups, input, prepared, values: figuresOf(statistic) };
}

export function fairnessSection(
  scores: LabelledScores,
  prepared: PreparedColumn,
  measured: MeasuredFigures,
  minimumRows: number,
): FairnessSection {
  const { column, input } = prepared;
  const grouped = anyOf(
    column.groups.map(({ members }) => members),
    scores.rows,
  );
  return {
    column: column.name,
    minimumRows,
    targets: input.targets.map((_, index) => fairnessTarget(scores, prepared, measured, index)),
    ungrouped: scores.rows - sizeOf(grouped),
  };
}

function fairnessTarget(
  scores: LabelledScores,
  { column, measuredGroups, input }: PreparedColumn,
  measured: MeasuredFigures,
  target: number,
): FairnessTarget {
  const count = measuredGroups.length;
  const summary = (name: GroupSummary) => figureAt(measured, placeOfSummary(count, target, name), 'too-few');
  const { labels } = input.targets[target] as FairnessInput['targets'][number];
  return {
    class: scores.classNames[target] ?? null,
    groups: column.groups.map((group) => {
      const index = measuredGroups.indexOf(group);
      return groupQuality(group, labels, (metric) =>
        index < 0 ? TOO_FEW : figureAt(measured, placeOfGroup(count, target, index, metric), 'too-few'),
      );
    }),
    generalisedMean: {
      subgroupAuc: summary('subgroupAuc'),
      bpsnAuc: summary('bpsnAuc'),
      bnspAuc: summary('bnspAuc'),
    },
    gap: {
      falsePositiveRate: summary('falsePositiveRateGap'),
      falseNegativeRate: summary('falseNegativeRateGap'),
    },
  };
}

const TOO_FEW: Figure = { value: null, low: null, high: null, reason: 'too-few' satisfies UndefinedReason };

function groupQuality(
  { name, members }: GroupMembers,
  labels: Uint8Array,
  figure: (metric: GroupMetric) => Figure,
): GroupQuality {
  return {
    group: name,
    rows: sizeOf(members),
    positives: members.reduce((sum, member, row) => sum + (member & (labels[row] as number)), 0),
    subgroupAuc: figure('subgroupAuc'),
    bpsnAuc: figure('bpsnAuc'),
    bnspAuc: figure('bnspAuc'),
    falsePositiveRate: figure('falsePositiveRate'),
    falseNegativeRate: figure('falseNegativeRate'),
    flagRate: figure('flagRate'),
  };
}

function sizeOf(members: Uint8Array): number {
  return members.reduce((sum, member) => sum + member, 0);
}
