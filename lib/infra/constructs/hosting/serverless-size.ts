/** Whether a model fits serverless hosting, which has little memory and only 5 GB of disk. */
import type { Precision } from '../../../checkpoint/manifest.js';
import type { ModelFiles } from '../model/model-files.js';
import { fails, type Rule } from '../rules.js';

const MB = 1_000_000;
/** Node.js, libraries, decoded images and the queue. */
const BASE_MB = 700;
/** Weights are read once by the runtime and once as its own optimised copy while a session loads. */
const COPIES = 2;
/** A checkpoint converted at the start shrinks by its precision; its weights are float32. */
const SHRINK: Readonly<Record<Precision, number>> = { fp32: 1, fp16: 0.5, int8: 0.3 };

export function serverlessSizeRules(
  files: ModelFiles | undefined,
  precision: Precision | undefined,
  memoryMb: number,
): Rule[] {
  if (files === undefined) return [];
  const factor = files.manifest === undefined ? SHRINK[precision ?? 'fp32'] : 1;
  const needed = Math.ceil((COPIES * factor * files.bytes) / MB + BASE_MB);
  return [
    {
      broken: fails(memoryMb, (known) => needed <= known),
      problem: `the model needs about ${needed} MB of memory, memoryMb is ${memoryMb}; convert it to int8, or use real-time hosting.`,
    },
  ];
}
