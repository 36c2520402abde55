/** What was measured about a model, in the shape that a model card takes: groups of single values. */
import { isRecord } from '../../../contract/record.js';

export interface Metric {
  readonly name: string;
  /** A finite number, a text or a truth value. */
  readonly value: number | string | boolean;
}

export interface MetricGroup {
  readonly name: string;
  readonly metrics: readonly Metric[];
}

export interface Measured {
  readonly groups: readonly MetricGroup[];
  /** What a card cannot show, by path, with the reason. */
  readonly leftOut: readonly string[];
}

/** A classification report has two levels; this leaves room for one by data set and modality. */
const MAX_DEPTH = 8;
/** Between the names of a path. */
const JOINT = ' / ';

/**
 * Reads a report: single values as metrics, objects as groups of them. Nothing is dropped in silence: lists, values that
 * are null, NaN or infinite, and levels beyond the eighth are named in `leftOut`.
 *
 * @param report parsed JSON
 * @param loose name of the group of the values that stand in no object
 */
export function measuredIn(report: Readonly<Record<string, unknown>>, loose: string): Measured {
  return level(report, [], loose);
}

function level(values: Readonly<Record<string, unknown>>, path: readonly string[], name: string): Measured {
  const metrics: Metric[] = [];
  const leftOut: string[] = [];
  const below: Measured[] = [];
  for (const [key, value] of Object.entries(values)) {
    const place = [...path, key];
    const reason = whyNot(value, place.length);
    if (reason !== undefined) leftOut.push(`${place.join(JOINT)} (${reason})`);
    else if (isRecord(value)) below.push(level(value, place, place.join(JOINT)));
    else metrics.push({ name: key, value: value as Metric['value'] });
  }
  return {
    groups: [...(metrics.length > 0 ? [{ name, metrics }] : []), ...below.flatMap(({ groups }) => groups)],
    leftOut: [...leftOut, ...below.flatMap((part) => part.leftOut)],
  };
}

/** Why a value is not shown; undefined where it is. */
function whyNot(value: unknown, depth: number): string | undefined {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isRecord(value)) return depth > MAX_DEPTH ? 'too deep' : undefined;
  if (value === null || (typeof value === 'number' && !Number.isFinite(value))) return 'not a number';
  return undefined;
}
