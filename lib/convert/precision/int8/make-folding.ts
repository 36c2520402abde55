import type { FoldedWeights, Folding } from '../folded-weights.js';
import { parameterKey } from '../parameter.js';
import type { Activations } from './activations.js';
import type { Fold } from './folds.js';

/** Activations of the linear layers that were calibrated, by path. */
export type Calibration = ReadonlyMap<string, Activations>;

/**
 * The factors of every fold: s = √(max |x| / max |w|) by channel, which spreads the difficulty evenly over activations
 * and weights (SmoothQuant with α = 0.5).
 */
export async function makeFolding(
  folds: readonly Fold[],
  calibration: Calibration,
  original: FoldedWeights,
): Promise<Folding> {
  const divisors = new Map<string, Float32Array>();
  const multipliers = new Map<string, Float32Array>();
  for (const { produced, readers } of folds) {
    const seen = readers.flatMap(({ path }) => calibration.get(path) ?? []);
    if (seen.length < readers.length) continue;
    const activations = largest(seen.map(({ magnitudes }) => magnitudes));
    const columns: Float32Array[] = [];
    for (const { parameters } of readers) {
      columns.push(columnMagnitudes(await original.values(parameters.weight), activations.length));
    }
    const weights = largest(columns);
    const factors = activations.map((magnitude, channel) => factor(magnitude, weights[channel] as number));
    for (const parameter of produced) divisors.set(parameterKey(parameter), factors);
    for (const { path } of readers) multipliers.set(path, factors);
  }
  return { divisors, multipliers };
}

function factor(activation: number, weight: number): number {
  return activation > 0 && weight > 0 ? Math.sqrt(activation / weight) : 1;
}

function columnMagnitudes(matrix: Float32Array, columns: number): Float32Array {
  const magnitudes = new Float32Array(columns);
  for (let start = 0; start < matrix.length; start += columns) {
    for (let column = 0; column < columns; column++) {
      const magnitude = Math.abs(matrix[start + column] as number);
      if (magnitude > (magnitudes[column] as number)) magnitudes[column] = magnitude;
    }
  }
  return magnitudes;
}

/** Element by element, of arrays of one length. */
function largest(arrays: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array(), ...rest] = arrays;
  return first.map((value, index) => Math.max(value, ...rest.map((array) => array[index] as number)));
}
