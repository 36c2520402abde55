import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { evaluate } from '../../lib/evaluate/evaluate.js';
import type { BinaryQuality, Evaluation } from '../../lib/evaluate/evaluation.js';
import type { EvaluateInput, EvaluateOptions } from '../../lib/evaluate/inputs.js';
import { cumulativeCounts, precisionRecallCurve, rocCurve } from '../../lib/evaluate/metrics/curves.js';
import type { LabelledScores } from '../../lib/evaluate/scores.js';
import { fixture } from '../support/project-root.js';
import { CASES, type Case, caseNamed, type ExpectedBinary, expectClose, scoresOf } from './support/cases.js';

const MODEL = { name: 'toy', pack: null, precision: null, demonstration: false };
const NO_BOOTSTRAP: EvaluateOptions = { bootstrap: null, created: new Date(0) };
const TWO_HUNDRED: EvaluateOptions = { bootstrap: { samples: 200, seed: 3 }, created: new Date(0) };

function inputOf(scores: LabelledScores, thresholds: readonly number[]): EvaluateInput {
  return {
    scores,
    data: { name: 'toy.csv', sha256: '0'.repeat(64) },
    model: MODEL,
    thresholds: { all: thresholds, source: 'made up' },
  };
}

function expectBinary(actual: BinaryQuality | null | undefined, expected: ExpectedBinary): void {
  expect(actual?.confusion).toEqual(expected.confusion);
  for (const name of ['precision', 'recall', 'f1', 'rocAuc', 'averagePrecision'] as const) {
    expectClose(actual?.[name].value ?? null, expected[name]);
  }
}

describe.each(CASES)('the figures of $name are those of scikit-learn', (one: Case) => {
  let evaluation: Evaluation;
  const scores = scoresOf(one);

  test('per class and for any class', async () => {
    evaluation = await evaluate(inputOf(scores, one.thresholds), { ...NO_BOOTSTRAP, minimumGroupRows: 1 });
    one.classes.forEach((expected, index) => {
      const section = evaluation.classes[index];
      expectBinary(section?.quality, expected);
      expectClose(section?.quality?.brier.value ?? null, expected.brier);
      expectClose(section?.quality?.logLoss.value ?? null, expected.logLoss);
      expectClose(section?.quality?.ece.value ?? null, expected.ece);
      expectClose(section?.calibration?.equalWidth.ece ?? null, expected.ece);
      expectClose(section?.calibration?.equalMass.ece ?? null, expected.eceEqualMass);
      expectClose(section?.calibration?.temperature?.temperature ?? null, expected.temperature, 1e-9);
    });
    expectBinary(evaluation.summary?.anyHarmful, one.any);
  });

  test('as averages', () => {
    const { summary } = evaluation;
    for (const name of ['f1', 'precision', 'recall'] as const) {
      for (const average of ['macro', 'micro', 'weighted', 'samples'] as const) {
        expectClose(summary?.[name][average].value ?? null, one.summary[name][average]);
      }
    }
    for (const name of ['rocAuc', 'averagePrecision'] as const) {
      for (const average of ['macro', 'micro', 'macroDefined'] as const) {
        expectClose(summary?.[name][average].value ?? null, one.summary[name][average]);
      }
    }
    for (const name of ['subsetAccuracy', 'hammingLoss', 'logLoss'] as const) {
      expectClose(summary?.[name].value ?? null, one.summary[name]);
    }
  });

  test('at every point of the curves', () => {
    one.classes.forEach(({ curves }, index) => {
      if (curves === null) return;
      const counts = cumulativeCounts(
        scores.probabilities[index] as Float64Array,
        scores.labels[index] as Uint8Array,
      );
      const roc = rocCurve(counts);
      const precisionRecall = precisionRecallCurve(counts);
      expect(Array.from(roc?.x ?? [])).toEqual(curves.fpr);
      expect(Array.from(roc?.y ?? [])).toEqual(curves.tpr);
      expect(Array.from(precisionRecall?.x ?? [])).toEqual(curves.recall);
      expect(Array.from(precisionRecall?.y ?? [])).toEqual(curves.precision);
      expect(Array.from(precisionRecall?.thresholds ?? []).slice(0, -1)).toEqual(curves.thresholds);
    });
  });

  test('within a group and against its background', () => {
    one.group.forEach((expected, index) => {
      const group = evaluation.fairness?.[0]?.targets[index]?.groups[0];
      for (const [name, value] of Object.entries(expected)) {
        const figure = group?.[name as keyof typeof expected];
        if (figure?.reason === 'too-few') continue;
        expectClose(figure?.value ?? null, value);
      }
    });
    if (one.name === 'plain') {
      const figures = Object.values(evaluation.fairness?.[0]?.targets[0]?.groups[0] ?? {});
      expect(figures.filter((figure) => figure?.reason === 'too-few')).toEqual([]);
    }
  });
});

describe('evaluate', () => {
  const plain = caseNamed('plain');

  test('on the demonstration model it gives the figures that its training script stored', async () => {
    const stored = JSON.parse(readFileSync(fixture('demo', 'expected.json'), 'utf8')) as {
      class_names: string[];
      thresholds: number[];
      metrics: Record<string, number>;
      items: { labels: string[]; probabilities: number[] }[];
    };
    const { class_names: classNames, items, metrics } = stored;
    const scores: LabelledScores = {
      classNames,
      rows: items.length,
      probabilities: classNames.map((_, index) =>
        Float64Array.from(items, ({ probabilities }) => probabilities[index] as number),
      ),
      labels: classNames.map((name) => Uint8Array.from(items, ({ labels }) => Number(labels.includes(name)))),
      combinations: new Uint8Array(items.length),
    };
    const calibrated = await evaluate(inputOf(scores, stored.thresholds), NO_BOOTSTRAP);
    const plainly = await evaluate(inputOf(scores, [0.5, 0.5, 0.5, 0.5, 0.5]), NO_BOOTSTRAP);
    expectClose(plainly.summary?.f1.macro.value ?? null, metrics['test_f1_macro'] as number);
    expectClose(plainly.summary?.f1.micro.value ?? null, metrics['test_f1_micro'] as number);
    expectClose(plainly.summary?.rocAuc.macro.value ?? null, metrics['test_roc_macro'] as number);
    expectClose(plainly.summary?.logLoss.value ?? null, metrics['test_loss'] as number);
    expectClose(calibrated.summary?.f1.macro.value ?? null, metrics['test_calibrated_f1_macro'] as number);
    expectClose(calibrated.summary?.f1.micro.value ?? null, metrics['test_calibrated_f1_micro'] as number);
  });

  test('is plain JSON, also where figures are undefined', async () => {
    const one = caseNamed('single-class');
    const evaluation = await evaluate(inputOf(scoresOf(one), one.thresholds), TWO_HUNDRED);
    expect(JSON.parse(JSON.stringify(evaluation))).toEqual(evaluation);
    const [, empty, , full] = evaluation.classes;
    expect(empty?.quality?.rocAuc).toEqual({ value: null, low: null, high: null, reason: 'no-positives' });
    expect(full?.quality?.rocAuc.reason).toBe('no-negatives');
    expect(full?.quality?.averagePrecision.value).toBe(1);
    expect(empty?.curves?.roc).toBeNull();
    expect(evaluation.summary?.rocAuc.macro.reason).toBe('class-undefined');
    expect(evaluation.summary?.rocAuc.undefinedClasses).toEqual(['class-1', 'class-3']);
  });

  test('splits rows by their modalities, with thresholds of their own', async () => {
    const scores = scoresOf(plain);
    const thresholds = {
      all: plain.thresholds,
      byCombination: { image: [1, 1, 1, 1, 1] },
      source: 'made up',
    };
    const evaluation = await evaluate({ ...inputOf(scores, []), thresholds }, NO_BOOTSTRAP);
    expect(evaluation.data.byCombination).toEqual({ text: 134, image: 133, 'text+image': 133 });
    expect(evaluation.combinations.map(({ name, rows }) => [name, rows])).toEqual([
      ['text', 134],
      ['image', 133],
      ['text+image', 133],
    ]);
    const image = evaluation.combinations[1];
    expect(image?.classes[0]?.threshold).toBe(1);
    expect(image?.classes.map(({ flagRate }) => flagRate.value)).toEqual([0, 0, 0, 0, 0]);
    const positives = evaluation.combinations.map(({ classes }) => classes[0]?.quality?.confusion);
    const total = (name: 'tp' | 'fp' | 'tn' | 'fn') =>
      positives.reduce((sum, one) => sum + (one?.[name] ?? 0), 0);
    const { confusion } = evaluation.classes[0]?.quality ?? {};
    expect({ tn: total('tn'), fp: total('fp'), fn: total('fn'), tp: total('tp') }).toEqual(confusion);
  });

  test('counts rows without an answer, and counts none of them as harmless', async () => {
    const input = inputOf(scoresOf(plain), plain.thresholds);
    const data = { ...input.data, unjudged: { image_undecodable: 3, text_too_long: 2 } };
    const evaluation = await evaluate({ ...input, data }, NO_BOOTSTRAP);
    expect(evaluation.data).toMatchObject({
      rows: 405,
      judged: 400,
      unjudged: { rows: 5, byCode: data.unjudged },
    });
    expect(evaluation.classes[0]?.quality?.confusion).toEqual(plain.classes[0]?.confusion);
  });

  test('without labels it tells scores and flag rates alone', async () => {
    const scores = { ...scoresOf(plain), labels: null };
    const evaluation = await evaluate({ ...inputOf(scoresOf(plain), plain.thresholds), scores }, TWO_HUNDRED);
    expect(evaluation).toMatchObject({
      summary: null,
      data: { labelled: false, prevalence: null, harmful: null },
    });
    expect(evaluation.fairness).toBeUndefined();
    const [first] = evaluation.classes;
    expect(first).toMatchObject({ quality: null, curves: null, calibration: null });
    const { tp = 0, fp = 0 } = plain.classes[0]?.confusion ?? {};
    expect(first?.scores.flagRate.value).toBe((tp + fp) / 400);
    expect(first?.scores.flagRate.low).toBeLessThan((tp + fp) / 400);
    expect(JSON.parse(JSON.stringify(evaluation))).toEqual(evaluation);
  });

  test('counts what a policy does, and what it misses', async () => {
    const one = caseNamed('ties');
    const scores = scoresOf(one);
    const own = { threshold: 0.5, review: { from: 0.2, to: 0.8 } };
    const policy = {
      format: 1 as const,
      name: 'toy',
      created: '2026-01-01T00:00:00Z',
      pack: '0'.repeat(64),
      data: '0'.repeat(64),
      method: 'made up',
      classes: Object.fromEntries(scores.classNames.map((name) => [name, own])),
      byModality: {
        image: Object.fromEntries(
          scores.classNames.map((name) => [name, { ...own, review: { from: 0, to: null } }]),
        ),
      },
      auditShare: 0,
    };
    const { decisions } = await evaluate({ ...inputOf(scores, one.thresholds), policy }, TWO_HUNDRED);
    const [allow, review, flag] = decisions?.actions ?? [];
    expect((allow?.rows ?? 0) + (review?.rows ?? 0) + (flag?.rows ?? 0)).toBe(400);
    const largest = (row: number) => Math.max(...scores.probabilities.map((column) => column[row] as number));
    const harmful = (row: number) => scores.labels.some((column) => column[row] === 1);
    const rows = Array.from({ length: 400 }, (_, row) => row);
    const allowed = rows.filter((row) => row % 3 !== 1 && largest(row) < 0.2);
    const flagged = rows.filter((row) => row % 3 !== 1 && largest(row) >= 0.8);
    expect(allow).toMatchObject({ rows: allowed.length, harmful: allowed.filter(harmful).length });
    expect(flag).toMatchObject({ rows: flagged.length, harmful: flagged.filter(harmful).length });
    expect(decisions?.missed?.value).toBe(allowed.filter(harmful).length / rows.filter(harmful).length);
    expect(decisions?.missed?.low).toBeLessThan(decisions?.missed?.value ?? 0);
  });

  test('tells an ablation as slices', async () => {
    const scores = scoresOf(plain);
    const withheld = {
      ...scores,
      probabilities: scores.probabilities.map((column) => column.map((p) => p / 2)),
    };
    const input = {
      ...inputOf(scores, plain.thresholds),
      ablation: { 'text+image': scores, text: withheld },
    };
    const { ablation } = await evaluate(input, NO_BOOTSTRAP);
    expect(ablation?.map(({ name, rows }) => [name, rows])).toEqual([
      ['text', 400],
      ['text+image', 400],
    ]);
    expect(ablation?.[1]?.summary?.f1.macro.value).toBeCloseTo(plain.summary.f1.macro, 12);
    expect(ablation?.[0]?.summary?.recall.macro.value).toBeLessThan(plain.summary.recall.macro);
    expect(ablation?.[0]?.summary?.rocAuc.macro.value).toBeCloseTo(plain.summary.rocAuc.macro as number, 12);
  });

  test('an evaluation of no rows has no figures', async () => {
    const none = { ...scoresOf(plain), rows: 0, combinations: new Uint8Array() };
    const scores: LabelledScores = {
      ...none,
      probabilities: none.probabilities.map(() => new Float64Array()),
      labels: none.labels.map(() => new Uint8Array()),
      groups: [],
    };
    const evaluation = await evaluate(inputOf(scores, plain.thresholds), TWO_HUNDRED);
    expect(evaluation.classes[0]?.quality?.rocAuc).toMatchObject({ value: null, reason: 'no-rows' });
    expect(evaluation.summary?.subsetAccuracy).toMatchObject({ value: null, reason: 'no-rows' });
    expect(JSON.parse(JSON.stringify(evaluation))).toEqual(evaluation);
  });

  test.each<[string, (scores: LabelledScores) => LabelledScores, string]>([
    [
      'a probability is no number',
      (s) => ({
        ...s,
        probabilities: [s.probabilities[0]?.fill(Number.NaN) as Float64Array, ...s.probabilities.slice(1)],
      }),
      'probabilities of class-0, row 0: got NaN, expected from 0 to 1',
    ],
    [
      'a column is missing',
      (s) => ({ ...s, labels: s.labels.slice(1) }),
      '4 columns of labels for 5 classes',
    ],
    [
      'a label is 2',
      (s) => ({ ...s, labels: [new Uint8Array(400).fill(2), ...s.labels.slice(1)] }),
      'labels of class-0, row 0: got 2, expected 0 or 1',
    ],
    [
      'a column is short',
      (s) => ({ ...s, combinations: new Uint8Array(3) }),
      'combinations: 3 values for 400 rows',
    ],
    [
      'two classes share a name',
      (s) => ({ ...s, classNames: ['a', 'a', 'b', 'c', 'd'] }),
      'Two classes have the same name',
    ],
  ])('refuses scores in which %s', async (_, spoil, message) => {
    const scores = spoil(scoresOf(plain));
    await expect(evaluate(inputOf(scores, plain.thresholds), NO_BOOTSTRAP)).rejects.toThrow(message);
  });

  test('refuses a missing threshold', async () => {
    const input = inputOf(scoresOf(plain), [0.5]);
    await expect(evaluate(input, NO_BOOTSTRAP)).rejects.toThrow('There is no threshold for class class-1');
  });
});
