import type { SystemName } from '../systems/system.js';
import type { Summary } from './summarize.js';

/** What this server is to reach, against the peer or on its own. */
export interface Goal {
  readonly what: string;
  readonly measured: (summary: Summary, name: SystemName) => number | undefined;
  readonly wanted: Readonly<Record<'fp32' | 'int8', number>>;
  /** Whether more is better. */
  readonly atLeast: boolean;
  readonly unit: '×' | '%' | 'ms';
}

const LOAD = 8;

export const GOALS: readonly Goal[] = [
  faster('text+image, 8 in flight', 'text+image', { fp32: 1.5, int8: 5 }),
  faster('text only, 8 in flight', 'text', { fp32: 12, int8: 40 }),
  faster('50 % repeats, 8 in flight', 'repeats', { fp32: 2.5, int8: 8 }),
  {
    what: 'start to first healthy /ping, times faster',
    measured: (summary, name) => summary.startSpeedUp(name),
    wanted: { fp32: 8, int8: 20 },
    atLeast: true,
    unit: '×',
  },
  {
    what: 'resident memory, share of the peer’s',
    measured: (summary, name) => percent(summary.residentShare(name)),
    wanted: { fp32: 50, int8: 25 },
    atLeast: false,
    unit: '%',
  },
  ofAlone('text+image'),
  ofAlone('text'),
  ofAlone('image'),
  {
    what: '/ping p99 at twice the saturating load',
    measured: (summary, name) => summary.ping(name, 'p99Ms'),
    wanted: { fp32: 50, int8: 50 },
    atLeast: false,
    unit: 'ms',
  },
];

/** Undefined when the figure was not measured. */
export function reached(
  { wanted, atLeast }: Goal,
  name: 'fp32' | 'int8',
  value: number | undefined,
): boolean | undefined {
  if (value === undefined || Number.isNaN(value)) return undefined;
  return atLeast ? value >= wanted[name] : value <= wanted[name];
}

function faster(what: string, scenario: 'text+image' | 'text' | 'repeats', wanted: Goal['wanted']): Goal {
  return {
    what: `${what}, times the peer’s items/s`,
    measured: (summary, name) => summary.speedUp(name, scenario, LOAD),
    wanted,
    atLeast: true,
    unit: '×',
  };
}

function ofAlone(scenario: 'text+image' | 'text' | 'image'): Goal {
  return {
    what: `${scenario}, ${LOAD} in flight, share of onnxruntime alone`,
    measured: (summary, name) => percent(summary.shareOfAlone(name, scenario, LOAD)),
    wanted: { fp32: 85, int8: 85 },
    atLeast: true,
    unit: '%',
  };
}

function percent(share: number | undefined): number | undefined {
  return share === undefined ? undefined : 100 * share;
}
