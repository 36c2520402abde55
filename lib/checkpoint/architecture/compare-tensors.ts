import type { Shape } from '../architecture.js';
import { type Findings, quote } from '../findings.js';
import type { Dtype } from '../safetensors/dtype.js';

/** What the architecture needs to know of a stored tensor. */
export interface TensorFacts {
  readonly dtype: Dtype;
  readonly shape: Shape;
}

const WEIGHT_DTYPES: readonly Dtype[] = ['F32', 'F16', 'BF16'];

/** Buffers that some versions of the training code store and that classifying does not use. */
const LEFTOVERS = /^(?:pos_weight|criterion\.alpha)$|\.embeddings\.position_ids$/;

/** Compares what is stored with what is expected, whose dimensions are NaN where they are unknown. */
export function compareTensors(
  expected: ReadonlyMap<string, Shape>,
  stored: ReadonlyMap<string, TensorFacts>,
  findings: Findings,
  inferred: string[],
): void {
  for (const [name, shape] of expected) {
    const tensor = stored.get(name);
    if (tensor === undefined) {
      findings.add(`missing: ${name} ${describe(shape)}`);
      continue;
    }
    if (!fits(tensor.shape, shape)) {
      findings.add(`wrong shape: ${name} is ${describe(tensor.shape)}, expected ${describe(shape)}`);
    }
    if (!WEIGHT_DTYPES.includes(tensor.dtype)) {
      findings.add(`wrong dtype: ${name} is ${tensor.dtype}, expected ${WEIGHT_DTYPES.join(', ')}`);
    }
  }
  for (const [name, { shape }] of stored) {
    if (expected.has(name)) continue;
    if (LEFTOVERS.test(name)) inferred.push(`${quote(name)} is left out: only training uses it.`);
    else findings.add(`unexpected: ${quote(name)} ${describe(shape)}`);
  }
}

function fits(actual: Shape, expected: Shape): boolean {
  return (
    actual.length === expected.length &&
    expected.every((dimension, axis) => Number.isNaN(dimension) || dimension === actual[axis])
  );
}

function describe(shape: Shape): string {
  return `[${shape.map((dimension) => (Number.isNaN(dimension) ? '?' : dimension)).join(', ')}]`;
}
