import { describe, expect, test } from '@jest/globals';
import { bootstrapIntervals, type Prepared } from '../../lib/evaluate/bootstrap/bootstrap.js';
import { percentileIntervals } from '../../lib/evaluate/bootstrap/interval.js';
import { resample, sampleFigures } from '../../lib/evaluate/bootstrap/resample.js';
import { compare } from '../../lib/evaluate/comparison/compare.js';
import { driftSection } from '../../lib/evaluate/drift/drift-section.js';
import { quantileHistogram } from '../../lib/evaluate/drift/histogram.js';
import { populationStability } from '../../lib/evaluate/drift/stability.js';
import { evaluate } from '../../lib/evaluate/evaluate.js';
import { generalisedMean } from '../../lib/evaluate/fairness/generalised-mean.js';
import { MAX_CURVE_POINTS } from '../../lib/evaluate/metrics/thin-curve.js';
import { makePart } from '../../lib/evaluate/part.js';
import { groupColumn, type LabelledScores } from '../../lib/evaluate/scores.js';
import { Random } from '../../lib/numeric/random.js';
import { sigmoid } from '../../lib/numeric/sigmoid.js';
import { caseNamed, scoresOf } from './support/cases.js';

const MODEL = { name: 'toy', pack: null, precision: null, demonstration: false };
const DATA = { name: 'toy.csv', sha256: '0'.repeat(64) };

function madeUp(rows: number, seed: number, shift = 0): LabelledScores {
  const random = new Random(seed);
  const labels = [0.2, 0.05].map((share) =>
    Uint8Array.from({ length: rows }, () => Number(random.uniform() < share)),
  );
  return {
    classNames: ['a', 'b'],
    rows,
    labels,
    probabilities: labels.map((column) =>
      Float64Array.from(column, (label) => sigmoid(1.5 * random.normal() - 2 + 2.5 * label + shift)),
    ),
    combinations: new Uint8Array(rows),
  };
}

function thresholds(all: readonly number[]) {
  return { all, source: 'made up' };
}

describe('the bootstrap', () => {
  test('draws as many rows as there are, the same for the same seed and sample', () => {
    const draw = (seed: number, sample: number) => {
      const counts = new Uint8Array(1000);
      resample(counts, seed, sample);
      return counts;
    };
    expect(draw(1, 5).reduce((sum, count) => sum + count, 0)).toBe(1000);
    expect(draw(1, 5)).toEqual(draw(1, 5));
    expect(draw(1, 5)).not.toEqual(draw(1, 6));
    expect(draw(1, 5)).not.toEqual(draw(2, 5));
  });

  test('a resample has the figures of the rows that it drew', async () => {
    const scores = scoresOf(caseNamed('ties'));
    const part = makePart(scores, thresholds([0.5, 0.3, 0.7, 0.1]));
    const counts = new Uint8Array(scores.rows);
    resample(counts, 4, 0);
    const drawn = Uint32Array.from(
      Array.from(counts).flatMap((count, row) => new Array<number>(count).fill(row)),
    );
    const pick = <T extends Uint8Array | Float64Array>(column: T) =>
      column.map((_, index) => column[drawn[index] as number] as number) as T;
    const copy = {
      ...scores,
      probabilities: scores.probabilities.map(pick),
      labels: scores.labels.map(pick),
      combinations: pick(scores.combinations),
    };
    const expected = makePart(copy, thresholds([0.5, 0.3, 0.7, 0.1])).values;
    const actual = sampleFigures(part.prepared.statistic, 4, 0, 1);
    expect(actual).toHaveLength(expected.length);
    actual.forEach((value, index) => {
      if (Number.isNaN(value)) expect(expected[index]).toBeNaN();
      else expect(value).toBeCloseTo(expected[index] as number, 12);
    });
  });

  test('has the width that the theory of proportions tells', async () => {
    const evaluation = await evaluate(
      { scores: madeUp(4000, 1), data: DATA, model: MODEL, thresholds: thresholds([0.5, 0.5]) },
      { bootstrap: { samples: 400 } },
    );
    const { value, low, high } = evaluation.classes[0]?.quality?.recall ?? {};
    const support = evaluation.classes[0]?.quality?.support ?? 0;
    const expected = 2 * 1.96 * Math.sqrt(((value ?? 0) * (1 - (value ?? 0))) / support);
    expect(low).toBeLessThan(value ?? 0);
    expect(high).toBeGreaterThan(value ?? 1);
    expect(((high ?? 0) - (low ?? 0)) / expected).toBeGreaterThan(0.8);
    expect(((high ?? 0) - (low ?? 0)) / expected).toBeLessThan(1.2);
  });

  test('gives the same intervals in threads as here', async () => {
    const part = makePart(madeUp(45_000, 2), thresholds([0.5, 0.5]));
    const options = { samples: 200, seed: 9, confidence: 0.9 };
    const shares: number[] = [];
    const [intervals] = await bootstrapIntervals([part.prepared], options, {
      onProgress: (share) => shares.push(share),
    });
    const { statistic } = part.prepared;
    expect(statistic.rows * statistic.size * options.samples).toBeGreaterThan(5e8);
    expect(intervals).toEqual(percentileIntervals(sampleFigures(statistic, 9, 0, 200), statistic.size, 0.9));
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  test('stops when it is aborted, here and in threads', async () => {
    for (const rows of [500, 60_000]) {
      const prepared: Prepared = makePart(madeUp(rows, 3), thresholds([0.5, 0.5])).prepared;
      const controller = new AbortController();
      const onProgress = () => controller.abort(new Error('enough'));
      const run = bootstrapIntervals(
        [prepared],
        { samples: 1000, seed: 0, confidence: 0.95 },
        { signal: controller.signal, onProgress },
      );
      await expect(run).rejects.toThrow('enough');
    }
  });
});

describe('compare', () => {
  const a = { scores: madeUp(1500, 5), model: MODEL, thresholds: thresholds([0.5, 0.5]) };

  test('a model with itself differs nowhere', async () => {
    const comparison = await compare({ a, b: a, data: DATA }, { bootstrap: { samples: 50 } });
    expect(comparison.metrics.length).toBeGreaterThan(40);
    for (const { difference } of comparison.metrics)
      expect(difference).toEqual({ value: 0, low: 0, high: 0 });
    expect(comparison.flips.map(({ up, down }) => up.rows + down.rows)).toEqual([0, 0, 0]);
    expect(comparison.flips.map(({ mcnemar }) => mcnemar?.pValue)).toEqual([1, 1, 1]);
    expect(JSON.parse(JSON.stringify(comparison))).toEqual(comparison);
  });

  test('tells differences, flips and who is right', async () => {
    const b = { ...a, thresholds: thresholds([0.4, 0.5]) };
    const comparison = await compare({ a, b, data: DATA }, { bootstrap: { samples: 100 }, examples: 3 });
    const column = a.scores.probabilities[0] as Float64Array;
    const rows = Array.from({ length: 1500 }, (_, row) => row).filter(
      (row) => (column[row] as number) >= 0.4 && (column[row] as number) < 0.5,
    );
    const right = rows.filter((row) => a.scores.labels[0]?.[row] === 1).length;
    const [first, second] = comparison.flips;
    expect(first?.up).toMatchObject({ rows: rows.length, corrected: right, examples: rows.slice(0, 3) });
    expect(first?.down.rows).toBe(0);
    expect(first?.mcnemar).toMatchObject({ onlyA: rows.length - right, onlyB: right });
    expect(second?.up.rows).toBe(0);
    const recall = comparison.metrics.find(({ metric, class: name }) => metric === 'recall' && name === 'a');
    expect(recall?.difference.value).toBeCloseTo((recall?.b ?? 0) - (recall?.a ?? 0), 12);
    expect(recall?.difference.low).toBeGreaterThanOrEqual(0);
    const roc = comparison.metrics.find(({ metric }) => metric === 'rocAuc.macro');
    expect(roc?.difference.value).toBe(0);
  });

  test('refuses other rows, labels or classes', async () => {
    const other = { ...a, scores: madeUp(1500, 6) };
    await expect(compare({ a, b: other, data: DATA })).rejects.toThrow('The labels of the two sides differ');
    const renamed = { ...a, scores: { ...a.scores, classNames: ['a', 'c'] } };
    await expect(compare({ a, b: renamed, data: DATA })).rejects.toThrow('The classes differ: a, b and a, c');
    const fewer = { ...a, scores: madeUp(1400, 5) };
    await expect(compare({ a, b: fewer, data: DATA })).rejects.toThrow('The rows differ: 1500 and 1400');
  });
});

describe('drift', () => {
  const evaluateScores = (scores: LabelledScores) =>
    evaluate({ scores, data: DATA, model: MODEL, thresholds: thresholds([0.5, 0.5]) }, { bootstrap: null });

  test('is stable on the same population and major on a moved one, from the JSON of the baseline alone', async () => {
    const baseline = JSON.parse(JSON.stringify(await evaluateScores(madeUp(3000, 7))));
    const same = driftSection(madeUp(3000, 8), thresholds([0.5, 0.5]), baseline);
    const moved = driftSection(madeUp(3000, 8, 1.5), thresholds([0.5, 0.5]), baseline);
    expect(same.classes.map(({ level }) => level)).toEqual(['stable', 'stable']);
    expect(moved.classes.map(({ level }) => level)).toEqual(['major', 'major']);
    const [first] = moved.classes;
    expect(first?.counts.reduce((sum, count) => sum + count, 0)).toBe(3000);
    expect(first?.ks).toBeGreaterThan(0.3);
    expect(first?.flagRate.now).toBeGreaterThan(first?.flagRate.baseline ?? 1);
  });

  test('is no drift that few rows explain by chance', async () => {
    const baseline = await evaluateScores(madeUp(3000, 7));
    const { classes } = driftSection(madeUp(40, 9), thresholds([0.5, 0.5]), baseline);
    for (const { level, byChance } of classes) {
      expect(byChance).toBeGreaterThan(0.25);
      expect(level).toBe('stable');
    }
  });

  test('the index is 0 for equal shares, and the same both ways', () => {
    expect(populationStability([10, 20, 30], [10, 20, 30])).toBe(0);
    expect(populationStability([10, 20, 30], [30, 0, 30])).toBeCloseTo(
      populationStability([30, 0, 30], [10, 20, 30]),
      12,
    );
  });

  test('a histogram of tied scores counts every row', () => {
    const { edges, counts } = quantileHistogram(Float64Array.from([0, 0, 0, 1, 1, 0.5]));
    expect(edges).toEqual([...new Set(edges)].toSorted((a, b) => a - b));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(6);
  });
});

describe('the bias audit', () => {
  test('finds the group whose harmless rows score too high', async () => {
    const scores = madeUp(2000, 11);
    const [first, ...others] = scores.probabilities;
    const names = Array.from({ length: 2000 }, (_, row) =>
      row % 4 === 0 ? 'north' : row % 4 === 1 ? ['south', 'coast'] : null,
    );
    const biased = (first as Float64Array).map((value, row) =>
      row % 4 === 0 && scores.labels[0]?.[row] === 0 ? Math.sqrt(value) : value,
    );
    const groups = [groupColumn('region', [...names.slice(0, -2), 'tiny', ''])];
    const evaluation = await evaluate(
      {
        scores: { ...scores, probabilities: [biased, ...others], groups },
        data: DATA,
        model: MODEL,
        thresholds: thresholds([0.5, 0.5]),
      },
      { bootstrap: { samples: 100 } },
    );
    const target = evaluation.fairness?.[0]?.targets[0];
    const group = (name: string) => target?.groups.find((one) => one.group === name);
    expect(target?.groups.map((one) => one.group)).toEqual(['coast', 'north', 'south', 'tiny']);
    expect(group('north')?.bpsnAuc.high).toBeLessThan(group('south')?.bpsnAuc.low ?? 0);
    expect(group('north')?.falsePositiveRate.low).toBeGreaterThan(
      group('south')?.falsePositiveRate.high ?? 1,
    );
    expect(group('tiny')?.subgroupAuc.reason).toBe('too-few');
    expect(target?.gap.falsePositiveRate.low).toBeGreaterThan(0);
    expect(target?.generalisedMean.bpsnAuc.value).toBeGreaterThan(group('north')?.bpsnAuc.value ?? 1);
    expect(evaluation.fairness?.[0]?.ungrouped).toBe(999);
    expect(JSON.parse(JSON.stringify(evaluation))).toEqual(evaluation);
  });

  test('the generalised mean weighs low values most', () => {
    expect(generalisedMean([0.8, 0.8])).toBeCloseTo(0.8, 12);
    expect(generalisedMean([0.5, 1])).toBeCloseTo(((0.5 ** -5 + 1) / 2) ** (-1 / 5), 12);
    expect(generalisedMean([0, 1])).toBe(0);
    expect(generalisedMean([0.7, Number.NaN])).toBeCloseTo(0.7, 12);
    expect(generalisedMean([])).toBeNaN();
  });
});

describe('stored curves', () => {
  test('have few points and the area of all', async () => {
    const scores = madeUp(8000, 12);
    const { classes } = await evaluate(
      { scores, data: DATA, model: MODEL, thresholds: thresholds([0.5, 0.5]) },
      { bootstrap: null },
    );
    for (const { curves, quality } of classes) {
      const x = curves?.roc?.falsePositiveRate ?? [];
      const y = curves?.roc?.truePositiveRate ?? [];
      expect(x.length).toBeLessThanOrEqual(MAX_CURVE_POINTS);
      const area = x
        .slice(1)
        .reduce((sum, value, i) => sum + ((value - (x[i] ?? 0)) * ((y[i] ?? 0) + (y[i + 1] ?? 0))) / 2, 0);
      expect(Math.abs(area - (quality?.rocAuc.value ?? 0))).toBeLessThan(0.001);
      expect(curves?.precisionRecall?.recall.length).toBeLessThanOrEqual(MAX_CURVE_POINTS);
      expect(curves?.sweep.flagRate[0]).toBe(1);
    }
  });
});
