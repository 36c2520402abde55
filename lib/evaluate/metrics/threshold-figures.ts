import type { TargetMetric } from '../comparison/comparison.js';
import { f1Of, precisionOf, recallOf, shareOf } from './confusion.js';
import { anyOf } from './flags.js';
import { countPatterns, type Patterns, patternsOf } from './patterns.js';
import { type DecisionMetric, placeOf } from './quality-layout.js';

/** N values per class, 0 or 1, and per row what a policy does: 0 allow, 1 review, 2 flag. */
export interface Judged {
  readonly rows: number;
  /** Null: unlabelled. */
  readonly labels: readonly Uint8Array[] | null;
  readonly flags: readonly Uint8Array[];
  /** Null: no policy. */
  readonly actions: Uint8Array | null;
}

/** Every figure that rests on flags and labels alone, from the number of rows of each kind. */
export class ThresholdFigures {
  readonly #patterns: Patterns;
  readonly #sizes: Float64Array;
  readonly #labelled: boolean;
  readonly #labels: Uint8Array[];
  readonly #flags: Uint8Array[];
  readonly #actions: Uint8Array | null;

  /** Per kind, of the row alone. */
  readonly #rowFigures: RowFigures[];

  constructor({ rows, labels, flags, actions }: Judged) {
    this.#labelled = labels !== null;
    const withAny = (columns: readonly Uint8Array[]) => [...columns, anyOf(columns, rows)];
    const allLabels = withAny(labels ?? flags.map(() => new Uint8Array(rows)));
    const allFlags = withAny(flags);
    this.#patterns = patternsOf([...(labels ?? []), ...flags, ...(actions ? [actions] : [])], rows);
    const pick = (column: Uint8Array) =>
      Uint8Array.from(this.#patterns.representatives, (row) => column[row] as number);
    this.#labels = allLabels.map(pick);
    this.#flags = allFlags.map(pick);
    this.#actions = actions && pick(actions);
    this.#sizes = new Float64Array(this.#patterns.representatives.length);
    this.#rowFigures = Array.from(this.#sizes, (_, kind) => this.#rowFiguresOf(kind));
  }

  /** Writes its figures into a vector laid out by {@link placeOf}. */
  compute(counts: Uint8Array, figures: Float64Array): void {
    countPatterns(this.#patterns, counts, this.#sizes);
    const total = this.#sizes.reduce((sum, size) => sum + size, 0);
    this.#targets(total, figures);
    this.#decisions(total, figures);
    if (this.#labelled) this.#byRow(total, figures);
  }

  #rowFiguresOf(kind: number): RowFigures {
    const classes = this.#labels.length - 1;
    let tp = 0;
    let fp = 0;
    let fn = 0;
    for (let index = 0; index < classes; index++) {
      const label = this.#labels[index]?.[kind];
      const flag = this.#flags[index]?.[kind];
      if (label && flag) tp++;
      else if (flag) fp++;
      else if (label) fn++;
    }
    const wrong = fp + fn;
    return { f1: f1Of(tp, fp, fn), precision: precisionOf(tp, fp), recall: recallOf(tp, fn), wrong };
  }

  #targets(total: number, figures: Float64Array): void {
    const sums = new AverageSums();
    const last = this.#labels.length - 1; // any harmful, which no average counts
    this.#labels.forEach((labels, target) => {
      const flags = this.#flags[target] as Uint8Array;
      let tp = 0;
      let fp = 0;
      let fn = 0;
      this.#sizes.forEach((size, kind) => {
        if (flags[kind]) {
          if (labels[kind]) tp += size;
          else fp += size;
        } else if (labels[kind]) fn += size;
      });
      const set = (metric: TargetMetric, value: number) => {
        figures[placeOf.target(target, metric)] = value;
      };
      set('flagRate', shareOf(tp + fp, total));
      if (!this.#labelled) return;
      set('precision', precisionOf(tp, fp));
      set('recall', recallOf(tp, fn));
      set('f1', f1Of(tp, fp, fn));
      set('falsePositiveRate', shareOf(fp, total - tp - fn));
      set('falseNegativeRate', shareOf(fn, tp + fn));
      if (target < last) sums.add(tp, fp, fn);
    });
    if (this.#labelled) sums.write(figures);
  }

  #byRow(total: number, figures: Float64Array): void {
    let f1 = 0;
    let precision = 0;
    let recall = 0;
    let right = 0;
    let wrong = 0;
    this.#rowFigures.forEach((row, kind) => {
      const size = this.#sizes[kind] as number;
      f1 += size * row.f1;
      precision += size * row.precision;
      recall += size * row.recall;
      wrong += size * row.wrong;
      if (row.wrong === 0) right += size;
    });
    figures[placeOf.overall('f1.samples')] = f1 / total;
    figures[placeOf.overall('precision.samples')] = precision / total;
    figures[placeOf.overall('recall.samples')] = recall / total;
    figures[placeOf.overall('subsetAccuracy')] = right / total;
    figures[placeOf.overall('hammingLoss')] = wrong / (total * (this.#labels.length - 1));
  }

  #decisions(total: number, figures: Float64Array): void {
    const actions = this.#actions;
    if (actions === null) return;
    const rows = [0, 0, 0];
    const harmful = [0, 0, 0];
    const any = this.#labels.at(-1);
    this.#sizes.forEach((size, kind) => {
      const action = actions[kind] as number;
      rows[action] = (rows[action] ?? 0) + size;
      if (any?.[kind]) harmful[action] = (harmful[action] ?? 0) + size;
    });
    const set = (metric: DecisionMetric, value: number) => {
      figures[placeOf.decision(metric)] = value;
    };
    const [allow = 0, review = 0, flag = 0] = rows;
    set('allow', shareOf(allow, total));
    set('review', shareOf(review, total));
    set('flag', shareOf(flag, total));
    if (!this.#labelled) return;
    const [missed = 0, reviewed = 0, caught = 0] = harmful;
    const harmfulRows = missed + reviewed + caught;
    set('missed', shareOf(missed, harmfulRows));
    set('wronglyFlagged', shareOf(flag - caught, total - harmfulRows));
  }
}

interface RowFigures {
  readonly f1: number;
  readonly precision: number;
  readonly recall: number;
  /** Cells of the row that are wrong. */
  readonly wrong: number;
}

/** Macro, micro and weighted averages, gathered class by class. */
class AverageSums {
  #classes = 0;
  #tp = 0;
  #fp = 0;
  #fn = 0;
  readonly #plain = { f1: 0, precision: 0, recall: 0 };
  readonly #weighted = { f1: 0, precision: 0, recall: 0 };

  add(tp: number, fp: number, fn: number): void {
    this.#classes += 1;
    this.#tp += tp;
    this.#fp += fp;
    this.#fn += fn;
    const figures = { f1: f1Of(tp, fp, fn), precision: precisionOf(tp, fp), recall: recallOf(tp, fn) };
    for (const name of NAMES) {
      this.#plain[name] += figures[name];
      this.#weighted[name] += figures[name] * (tp + fn);
    }
  }

  write(figures: Float64Array): void {
    const support = this.#tp + this.#fn;
    const micro = {
      f1: f1Of(this.#tp, this.#fp, this.#fn),
      precision: precisionOf(this.#tp, this.#fp),
      recall: recallOf(this.#tp, this.#fn),
    };
    for (const name of NAMES) {
      figures[placeOf.overall(`${name}.macro`)] = this.#plain[name] / this.#classes;
      figures[placeOf.overall(`${name}.micro`)] = micro[name];
      figures[placeOf.overall(`${name}.weighted`)] = support === 0 ? 0 : this.#weighted[name] / support;
    }
  }
}

const NAMES = ['f1', 'precision', 'recall'] as const;
