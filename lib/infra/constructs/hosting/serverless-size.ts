/** Whether a model fits serverless hosting, which has little memory, only 5 GB of disk, and little time to start. */
import type { Precision } from '../../../checkpoint/manifest.js';
import { SERVERLESS } from '../../../sagemaker/serverless.js';
import type { ModelFiles } from '../model/model-files.js';
import { fails, type Rule } from '../rules.js';

const MB = 1_000_000;
/** Node.js, libraries, decoded images and the queue. */
const BASE_MB = 700;
/** Weights are read once by the runtime and once as its own optimised copy while a session loads. */
const COPIES = 2;
/** A checkpoint converted at the start shrinks by its precision; its weights are float32. */
const SHRINK: Readonly<Record<Precision, number>> = { fp32: 1, fp16: 0.5, int8: 0.3 };

/**
 * Seconds of a processor that a checkpoint's gigabyte takes to become a pack: SigLIP2 base with 1.5 GB took 5, 12 and 142 s.
 * int8 measures many posts; the others read and write.
 */
const CONVERSION_S_PER_GB: Readonly<Record<Precision, number>> = { fp32: 3, fp16: 8, int8: 95 };
/** Of the time to start; the other half is for the download, unpacking and loading. */
const MAX_CONVERSION_S = SERVERLESS.startSeconds / 2;

export function serverlessSizeRules(
  files: ModelFiles | undefined,
  precision: Precision | undefined,
  memoryMb: number,
): Rule[] {
  if (files === undefined) return [];
  const factor = files.manifest === undefined ? SHRINK[precision ?? 'fp32'] : 1;
  const conversion =
    files.manifest === undefined
      ? Math.ceil((CONVERSION_S_PER_GB[precision ?? 'fp32'] * files.bytes) / (1000 * MB))
      : 0;
  const needed = Math.ceil((COPIES * factor * files.bytes) / MB + BASE_MB);
  return [
    {
      broken: fails(memoryMb, (known) => needed <= known),
      problem: `the model needs about ${needed} MB of memory, memoryMb is ${memoryMb}; convert it to int8, or use real-time hosting.`,
    },
    {
      broken: conversion > MAX_CONVERSION_S,
      problem: `converting the checkpoint to ${precision} when the container starts takes about ${conversion} s, and a serverless endpoint must be there within ${SERVERLESS.startSeconds} s, download included; convert it beforehand (moderate convert --precision ${precision}) and deploy the pack.`,
    },
  ];
}
