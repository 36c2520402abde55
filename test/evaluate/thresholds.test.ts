import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mcnemarPValue } from '../../lib/evaluate/comparison/mcnemar.js';
import { sumOf } from '../../lib/evaluate/drift/stability.js';
import type { LabelledScores } from '../../lib/evaluate/scores.js';
import type { ClassChoice } from '../../lib/evaluate/thresholds/choice.js';
import { chooseThresholds } from '../../lib/evaluate/thresholds/choose.js';
import { GRID } from '../../lib/evaluate/thresholds/grid.js';
import { wilsonInterval } from '../../lib/evaluate/thresholds/wilson.js';
import { fixture } from '../support/project-root.js';
import { CASES, caseNamed, expectClose, NUMPY_GRID, scoresOf } from './support/cases.js';

/** One class whose scores tie often. */
const tiedScores = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 1 })), {
    minLength: 1,
    maxLength: 60,
  })
  .map(
    (rows): LabelledScores => ({
      classNames: ['a'],
      rows: rows.length,
      probabilities: [Float64Array.from(rows, ([score]) => score / 20)],
      labels: [Uint8Array.from(rows, ([, label]) => label)],
      combinations: new Uint8Array(rows.length),
    }),
  );

/** Counts by looking at every row. */
function count(
  { probabilities, labels, rows }: LabelledScores,
  from: number,
  below = Number.POSITIVE_INFINITY,
) {
  const inside = Array.from({ length: rows }, (_, row) => row).filter((row) => {
    const value = probabilities[0]?.[row] as number;
    return value >= from && value < below;
  });
  return { rows: inside.length, positives: sumOf(inside.map((row) => labels[0]?.[row] as number)) };
}

function positivesOf({ labels }: LabelledScores): number {
  return labels[0]?.reduce((sum, label) => sum + label, 0) ?? 0;
}

/** A threshold between all neighbouring scores, and beyond them. */
const EVERY_CUT = Array.from({ length: 21 }, (_, index) => (index - 0.5) / 20);

function only(choices: { all: readonly ClassChoice[] }): ClassChoice {
  return choices.all[0] as ClassChoice;
}

describe('thresholds by the original', () => {
  test('the grid is that of numpy to the last bit', () => {
    expect(GRID).toEqual(NUMPY_GRID);
  });

  test.each(CASES)('of $name are those that scikit-learn finds', (one) => {
    const { all } = chooseThresholds(scoresOf(one), { goal: { kind: 'f1-grid' } });
    expect(all.map(({ threshold }) => threshold)).toEqual(one.calibrated);
  });

  test.each(CASES)('the exact optimum of $name has the best F1 of all thresholds', (one) => {
    const { all } = chooseThresholds(scoresOf(one), { goal: { kind: 'f1' } });
    all.forEach((choice, index) => {
      expectClose(choice.outcome?.f1 ?? null, one.classes[index]?.bestF1 ?? null);
      expect(choice.status).toBe(one.classes[index]?.bestF1 === null ? 'unreachable' : 'reached');
    });
  });
});

describe('goals', () => {
  test('precision: the largest recall at the precision, or a plain no', () => {
    fc.assert(
      fc.property(tiedScores, fc.double({ min: 0.05, max: 1, noNaN: true }), (scores, atLeast) => {
        const choice = only(chooseThresholds(scores, { goal: { kind: 'precision', atLeast } }));
        const reaching = EVERY_CUT.map((cut) => count(scores, cut)).filter(
          ({ rows, positives }) => rows > 0 && positives / rows >= atLeast,
        );
        if (positivesOf(scores) === 0 || reaching.length === 0) {
          expect(choice).toMatchObject({ status: 'unreachable', threshold: null, band: null, outcome: null });
          return;
        }
        const { rows, positives } = count(scores, choice.threshold ?? 2);
        expect(positives / rows).toBeGreaterThanOrEqual(atLeast);
        expect(positives).toBe(Math.max(...reaching.map((one) => one.positives)));
      }),
    );
  });

  test('recall: the fewest flags at the recall', () => {
    fc.assert(
      fc.property(tiedScores, fc.double({ min: 0.05, max: 1, noNaN: true }), (scores, atLeast) => {
        fc.pre(positivesOf(scores) > 0);
        const choice = only(chooseThresholds(scores, { goal: { kind: 'recall', atLeast } }));
        const reaching = EVERY_CUT.map((cut) => count(scores, cut)).filter(
          ({ positives }) => positives / positivesOf(scores) >= atLeast,
        );
        const { rows, positives } = count(scores, choice.threshold ?? 2);
        expect(positives / positivesOf(scores)).toBeGreaterThanOrEqual(atLeast);
        expect(rows).toBe(Math.min(...reaching.map((one) => one.rows)));
      }),
    );
  });

  test('cost: no threshold, and no band, is cheaper', () => {
    const price = fc.integer({ min: 0, max: 9 });
    fc.assert(
      fc.property(tiedScores, price, price, price, (scores, miss, falseAlarm, review) => {
        fc.pre(positivesOf(scores) > 0);
        const goal = { kind: 'cost', miss, falseAlarm } as const;
        const bandCost = (from: number, to: number | null) => {
          const flagged = to === null ? { rows: 0, positives: 0 } : count(scores, to);
          const reviewed = count(scores, from, to ?? undefined);
          const missed = positivesOf(scores) - reviewed.positives - flagged.positives;
          return miss * missed + falseAlarm * (flagged.rows - flagged.positives) + review * reviewed.rows;
        };
        const choice = only(chooseThresholds(scores, { goal }));
        const cuts = EVERY_CUT.filter((cut) => cut >= 0.05 || cut < 0);
        const cheapest = Math.min(...cuts.map((cut) => bandCost(cut, cut)));
        expect(bandCost(choice.threshold ?? 2, choice.threshold ?? 2)).toBeLessThanOrEqual(cheapest);
        const { band } = only(chooseThresholds(scores, { goal, band: { ...goal, review } }));
        const bands = cuts.flatMap((from) =>
          [null, ...cuts.filter((to) => to >= from)].map((to) => bandCost(from, to)),
        );
        expect(bandCost(band?.from ?? 2, band?.to ?? null)).toBeLessThanOrEqual(Math.min(...bands));
      }),
      { numRuns: 60 },
    );
  });

  test('a budget holds for all classes together', () => {
    const scores = scoresOf(caseNamed('plain'));
    for (const share of [0, 0.05, 0.2, 0.6, 1]) {
      const { all } = chooseThresholds(scores, { goal: { kind: 'budget', share } });
      const flagged = Array.from({ length: scores.rows }, (_, row) =>
        Number(
          all.some(({ threshold }, index) => (scores.probabilities[index]?.[row] ?? 2) >= (threshold ?? 2)),
        ),
      );
      expect(sumOf(flagged)).toBeLessThanOrEqual(share * scores.rows);
      if (share > 0) expect(sumOf(flagged)).toBeGreaterThan(0.9 * share * scores.rows - 5);
    }
  });

  test('out of range or about unknown classes are refused together', () => {
    const options = {
      goal: { kind: 'precision', atLeast: 1.5 },
      goals: { nobody: { kind: 'f1' } },
      minimumExamples: 0,
    } as const;
    const choose = () => chooseThresholds(scoresOf(caseNamed('plain')), options);
    expect(choose).toThrow(/got 1\.5, expected 0 to 1[\s\S]*nobody[\s\S]*minimumExamples: got 0/);
  });
});

describe('review bands', () => {
  const scores = scoresOf(caseNamed('plain'));

  test('have the precision above and the recall at their lower bound', () => {
    const { all } = chooseThresholds(scores, {
      goal: { kind: 'f1' },
      band: { kind: 'targets', precision: 0.9, recall: 0.95 },
    });
    all.forEach(({ band, bandOutcome, threshold, positives, rows, ...choice }) => {
      if (choice.status === 'unreachable') {
        expect({ band, threshold }).toEqual({ band: null, threshold: null });
        expect(choice.reason).toMatch(/precision of 0\.9/);
        return;
      }
      const { allow, review, flag } = bandOutcome ?? {};
      expect((allow?.rows ?? 0) + (review?.rows ?? 0) + (flag?.rows ?? 0)).toBe(rows);
      expect((flag?.positives ?? 0) / (flag?.rows ?? 0)).toBeGreaterThanOrEqual(0.9);
      expect(((review?.positives ?? 0) + (flag?.positives ?? 0)) / positives).toBeGreaterThanOrEqual(0.95);
      expect(band?.from).toBeLessThanOrEqual(threshold ?? -1);
      expect(threshold).toBeLessThanOrEqual(band?.to ?? 1);
    });
    expect(all.some(({ status }) => status === 'reached')).toBe(true);
  });

  test('stay within the review budget for all classes together', () => {
    const { all } = chooseThresholds(scores, {
      goal: { kind: 'f1' },
      band: { kind: 'budget', share: 0.05, precision: 0.6 },
    });
    const at = (row: number, index: number) => scores.probabilities[index]?.[row] as number;
    const reviewed = Array.from({ length: scores.rows }, (_, row) => row).filter(
      (row) =>
        !all.some(({ band }, index) => band !== null && at(row, index) >= (band.to ?? 2)) &&
        all.some(({ band }, index) => band !== null && at(row, index) >= band.from),
    );
    expect(reviewed.length).toBeLessThanOrEqual(20);
    expect(reviewed.length).toBeGreaterThan(14);
  });
});

describe('combinations of modalities', () => {
  test('get thresholds of their own, or that of all rows with the reason', () => {
    const scores = scoresOf(caseNamed('rare'));
    const { all, byCombination } = chooseThresholds(scores, {
      goal: { kind: 'f1' },
      byCombination: true,
      minimumExamples: 12,
    });
    const choices = Object.values(byCombination).flat();
    expect(choices).toHaveLength(15);
    expect(new Set(choices.map(({ status }) => status))).toEqual(new Set(['reached', 'fallback']));
    for (const choice of choices.filter(({ status }) => status === 'fallback')) {
      expect(choice.positives).toBeLessThan(12);
      expect(choice.reason).toMatch(
        /^\d+ positives and \d+ negatives with .*, 12 of each needed: the threshold of all/,
      );
      expect(choice.threshold).toBe(all.find((one) => one.class === choice.class)?.threshold);
    }
  });
});

describe('proportions', () => {
  const { proportions } = JSON.parse(readFileSync(fixture('evaluate', 'proportions.json'), 'utf8')) as {
    proportions: { part: number; whole: number; low: number; high: number; mcnemar: number }[];
  };

  test.each(proportions)('$part of $whole: interval and test are those of SciPy', (one) => {
    const { low, high } = wilsonInterval(one.part, one.whole);
    expectClose(low, one.low);
    expectClose(high, one.high);
    expectClose(mcnemarPValue(one.part, one.whole - one.part), one.mcnemar, 1e-10);
  });
});
