import { type Policy, policySchema } from '../../../lib/contract/policy.js';
import type {
  Averages,
  BinaryQuality,
  CalibrationSection,
  ClassDrift,
  ClassQuality,
  ClassSection,
  CurvesSection,
  Evaluation,
  FairnessTarget,
  Figure,
  GroupQuality,
  RankingAverages,
  Slice,
  Summary,
} from '../../../lib/evaluate/evaluation.js';

/** An evaluation with every section, whose figures are made up: only their shape is that of a real one. */
export function madeUpEvaluation(names: readonly string[] = CLASSES): Evaluation {
  const classes = names.map((name, index) => classSection(name, index));
  return {
    format: 1,
    created: '2026-11-27T09:00:00.000Z',
    data: {
      name: 'test.csv',
      sha256: 'a'.repeat(64),
      labelled: true,
      rows: 2000,
      judged: 1996,
      unjudged: { rows: 4, byCode: { image_undecodable: 3, text_invalid: 1 } },
      classes: names,
      prevalence: names.map(() => ({ positives: 140, share: 0.07 })),
      harmful: 857,
      byCombination: { text: 281, image: 286, 'text+image': 1429 },
    },
    model: { name: 'made-up model', pack: 'b'.repeat(64), precision: 'fp32', demonstration: true },
    thresholds: {
      all: classes.map(({ threshold }) => threshold),
      byCombination: { text: names.map(() => 0.4) },
      source: 'Best F1 on the validation split.',
    },
    bootstrap: { samples: 1000, seed: 0, confidence: 0.95 },
    classes,
    summary: summary(0.92),
    decisions: {
      policy: 'made-up policy',
      actions: [
        { action: 'allow', rows: 1150, share: figure(0.576), harmful: 12 },
        { action: 'review', rows: 246, share: figure(0.123), harmful: 150 },
        { action: 'flag', rows: 600, share: figure(0.301), harmful: 595 },
      ],
      missed: figure(0.014),
      wronglyFlagged: figure(0.004, 0.003),
    },
    combinations: [slice('text', names, 0.94), slice('image', names, 0.81), slice('text+image', names, 0.92)],
    ablation: [slice('text+image', names, 0.93), slice('text', names, 0.71), slice('image', names, 0.55)],
    fairness: [
      { column: 'dialect', minimumRows: 50, targets: [...names, null].map(fairnessTarget), ungrouped: 17 },
    ],
    counterfactuals: {
      name: 'made-up sentences',
      templates: 12,
      attributes: [
        {
          attribute: 'place',
          classes: names.map((name, index) => ({
            class: name,
            gap: 0.02 * (index + 1),
            terms: ['north', 'south', 'harbour'].map((term, step) => ({
              term,
              mean: 0.05 + 0.01 * (index + 1) * step,
              flagged: step,
            })),
          })),
        },
      ],
    },
    drift: {
      baseline: { name: 'val.csv', created: '2026-11-01T00:00:00.000Z', rows: 2000 },
      limits: { moderate: 0.1, major: 0.25 },
      classes: names.map(classDrift),
    },
  };
}

/** Live traffic: no labels, so no quality; drift and the spread of scores remain. */
export function madeUpMonitoring(names: readonly string[] = CLASSES): Evaluation {
  const { fairness, ablation, decisions, counterfactuals, ...whole } = madeUpEvaluation(names);
  return {
    ...whole,
    data: { ...whole.data, name: 'capture', labelled: false, prevalence: null, harmful: null },
    classes: whole.classes.map((entry) => ({ ...entry, quality: null, curves: null, calibration: null })),
    summary: null,
    timeline: Array.from({ length: 7 }, (_, day) => ({
      from: `2026-11-2${day}T00:00:00.000Z`,
      judged: day === 3 ? 0 : 280 + day,
      unjudged: day,
      flagRates: names.map((_, index) => (day === 3 ? null : 0.05 + 0.01 * index + 0.004 * day)),
      psi: names.map(() => (day === 3 ? null : 0.02 * day)),
    })),
    combinations: whole.combinations.map((part) => ({
      ...part,
      summary: null,
      classes: part.classes.map((entry) => ({ ...entry, quality: null })),
    })),
  };
}

export function madeUpPolicy(names: readonly string[] = CLASSES): Policy {
  return policySchema.parse({
    format: 1,
    name: 'made-up policy',
    created: '2026-11-20T00:00:00Z',
    pack: 'b'.repeat(64),
    data: 'c'.repeat(64),
    method: 'Best F1 on the validation split.',
    classes: Object.fromEntries(
      names.map((name, index) => [
        name,
        {
          threshold: 0.15 + 0.15 * index,
          review: { from: 0.1 + 0.12 * index, to: index === 4 ? null : 0.4 + 0.15 * index },
        },
      ]),
    ),
  });
}

export const CLASSES = ['racist', 'sexist', 'homophobe', 'religion', 'otherhate'];
export const UNDEFINED: Figure = { value: null, low: null, high: null, reason: 'no-positives' };

function figure(value: number, half = 0.018): Figure {
  return { value, low: Math.max(0, value - half), high: Math.min(1, value + half) };
}

function classSection(name: string, index: number): ClassSection {
  const skill = 0.98 - 0.06 * index;
  return {
    name,
    threshold: 0.15 + 0.15 * index,
    scores: {
      flagRate: figure(0.08, 0.01),
      mean: 0.09,
      histogram: { edges: [0, 0.01, 0.02, 0.4, 1], counts: [500, 500, 500, 496] },
    },
    quality: quality(skill),
    curves: curves(skill),
    calibration: calibration(),
  };
}

function binary(skill: number): BinaryQuality {
  return {
    support: 140,
    confusion: { tn: 1840, fp: 16, fn: 8, tp: 132 },
    precision: figure(skill - 0.05, 0.05),
    recall: figure(skill, 0.03),
    f1: figure(skill - 0.03, 0.03),
    falsePositiveRate: figure(0.0086, 0.004),
    falseNegativeRate: figure(1 - skill, 0.03),
    rocAuc: figure(0.99, 0.004),
    averagePrecision: figure(skill - 0.01, 0.02),
  };
}

function quality(skill: number): ClassQuality {
  return {
    ...binary(skill),
    brier: figure(0.012, 0.003),
    logLoss: figure(0.044, 0.01),
    ece: figure(0.008, 0.003),
  };
}

function curves(skill: number): CurvesSection {
  const at = (size: number): number[] => Array.from({ length: size }, (_, index) => index / (size - 1));
  const ramp = at(120);
  const sweep = at(19).map((step) => 0.05 + 0.9 * step);
  return {
    roc: {
      falsePositiveRate: ramp,
      truePositiveRate: ramp.map((rate) => rate ** (1 - skill)),
      thresholds: ramp.map((rate, index) => (index === 0 ? null : 1 - rate)),
    },
    precisionRecall: {
      precision: ramp.map((step) => 1 - (1 - step) ** 4 * 0.93),
      recall: ramp.map((step) => 1 - step),
      thresholds: ramp.map((step) => (step === 1 ? null : step)),
    },
    sweep: {
      thresholds: sweep,
      precision: sweep.map((threshold) => 0.75 + 0.24 * threshold),
      recall: sweep.map((threshold) => 0.99 - 0.3 * threshold ** 3),
      f1: sweep.map((threshold) => skill - (threshold - 0.45) ** 2 * 0.4),
      flagRate: sweep.map((threshold) => 0.2 * (1 - threshold) ** 2 + 0.05),
    },
  };
}

function calibration(): CalibrationSection {
  const bins = Array.from({ length: 10 }, (_, index) => ({
    from: index / 10,
    to: (index + 1) / 10,
    rows: index === 4 ? 0 : ([1700, 40, 20, 12, 0, 9, 11, 18, 40, 146][index] ?? 0),
    meanProbability: index === 4 ? null : index / 10 + 0.05,
    positiveShare: index === 4 ? null : Math.min(1, (index / 10 + 0.05) ** 1.3),
  }));
  return {
    equalWidth: { ece: 0.008, bins },
    equalMass: { ece: 0.007, bins },
    temperature: {
      temperature: 1.21,
      logLossBefore: 0.044,
      logLossAfter: 0.041,
      eceBefore: 0.008,
      eceAfter: 0.005,
    },
  };
}

function averages(skill: number): Averages {
  return {
    macro: figure(skill),
    micro: figure(skill - 0.01),
    weighted: figure(skill - 0.005),
    samples: figure(0.43),
  };
}

function ranking(skill: number): RankingAverages {
  return {
    macro: figure(skill, 0.003),
    micro: figure(skill, 0.003),
    macroDefined: figure(skill, 0.003),
    undefinedClasses: [],
  };
}

function summary(skill: number): Summary {
  return {
    f1: averages(skill),
    precision: averages(skill - 0.03),
    recall: averages(skill + 0.03),
    rocAuc: ranking(0.994),
    averagePrecision: ranking(skill + 0.04),
    subsetAccuracy: figure(0.9),
    hammingLoss: figure(0.018, 0.003),
    logLoss: figure(0.044, 0.004),
    anyHarmful: binary(skill),
  };
}

function slice(name: Slice['name'], names: readonly string[], skill: number): Slice {
  return {
    name,
    rows: 500,
    classes: names.map((label) => ({
      name: label,
      threshold: 0.4,
      flagRate: figure(0.08, 0.01),
      quality: { ...quality(skill), ...(label === names[1] && name === 'image' && { rocAuc: UNDEFINED }) },
    })),
    summary: summary(skill),
  };
}

function fairnessTarget(target: string | null): FairnessTarget {
  const groups = ['north', 'south', 'harbour', 'inland'].map(groupQuality);
  return {
    class: target,
    groups,
    generalisedMean: { subgroupAuc: figure(0.95), bpsnAuc: figure(0.93), bnspAuc: figure(0.97) },
    gap: { falsePositiveRate: figure(0.03), falseNegativeRate: figure(0.06, 0.04) },
  };
}

function groupQuality(group: string, index: number): GroupQuality {
  const few: Figure = { value: null, low: null, high: null, reason: 'too-few' };
  const scarce = index === 3;
  const of = (value: number, half: number): Figure => (scarce ? few : figure(value, half));
  return {
    group,
    rows: scarce ? 21 : 400 - 60 * index,
    positives: scarce ? 2 : 60 - 9 * index,
    subgroupAuc: of(0.98 - 0.02 * index, 0.015),
    bpsnAuc: of(0.97 - 0.05 * index, 0.02),
    bnspAuc: of(0.985, 0.01),
    falsePositiveRate: of(0.01 + 0.02 * index, 0.012),
    falseNegativeRate: of(0.03 + 0.01 * index, 0.02),
    flagRate: of(0.2, 0.03),
  };
}

function classDrift(name: string, index: number): ClassDrift {
  const psi = [0.012, 0.034, 0.14, 0.08, 0.31][index % 5] ?? 0;
  const level = psi < 0.1 ? 'stable' : psi < 0.25 ? 'moderate' : 'major';
  const tilt = psi * 180;
  return {
    name,
    psi,
    byChance: 0.018,
    level,
    ks: psi / 2,
    flagRate: { baseline: 0.08, now: 0.08 + psi / 4 },
    edges: Array.from({ length: 11 }, (_, edge) => edge / 10),
    baselineCounts: Array.from({ length: 10 }, () => 200),
    counts: Array.from({ length: 10 }, (_, bin) => Math.round(200 + tilt * (bin / 4.5 - 1))),
  };
}
