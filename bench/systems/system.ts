import type { Pack } from '../../lib/checkpoint/pack/pack.js';

/** A server that the benchmark starts, measures and ends. */
export interface SystemDefinition {
  /** `fp32` or `int8` for this server, `peer` for the original's logic. */
  readonly name: SystemName;
  readonly command: string;
  readonly arguments: (port: number) => readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** What it serves, where onnxruntime alone can run it too. */
  readonly pack?: Pack;
}

export const SYSTEM_NAMES = ['peer', 'fp32', 'int8'] as const;
export type SystemName = (typeof SYSTEM_NAMES)[number];
