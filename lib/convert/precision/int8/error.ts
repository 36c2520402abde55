/** What quantizing does to the outputs of a linear layer. */
import { type ActivationScale, quantizeRows, throughScale } from './quantize.js';

/** Outputs that are computed, evenly spread: enough to estimate an error of all by. */
const SAMPLED_OUTPUTS = 48;

export interface LinearSample {
  /** Rows of its input, each [inputs], after folding. */
  readonly rows: readonly Float32Array[];
  /** [outputs, inputs], after folding. */
  readonly weight: Float32Array;
}

/** ‖quantized - exact‖ / ‖exact‖ over sampled rows and outputs; 0 where all outputs are 0. */
export function linearError(
  { rows, weight }: LinearSample,
  activation: ActivationScale,
  exactChannels: readonly number[],
): number {
  const inputs = rows[0]?.length ?? 1;
  const outputs = weight.length / inputs;
  const step = Math.max(1, Math.floor(outputs / SAMPLED_OUTPUTS));
  const exact = new Set(exactChannels);
  const quantizedRows = rows.map((row) =>
    row.map((value, channel) => (exact.has(channel) ? value : throughScale(value, activation))),
  );
  let noise = 0;
  let signal = 0;
  for (let output = 0; output < outputs; output += step) {
    const weights = weight.slice(output * inputs, (output + 1) * inputs);
    const quantized = throughInt8(weights, exact);
    for (let index = 0; index < rows.length; index++) {
      const y = dot(rows[index] as Float32Array, weights);
      const difference = dot(quantizedRows[index] as Float32Array, quantized) - y;
      noise += difference * difference;
      signal += y * y;
    }
  }
  return signal === 0 ? 0 : Math.sqrt(noise / signal);
}

function throughInt8(weights: Float32Array, exact: ReadonlySet<number>): Float32Array {
  const rest = weights.map((weight, channel) => (exact.has(channel) ? 0 : weight));
  const { values, scales } = quantizeRows(rest, rest.length);
  const scale = scales[0] as number;
  return weights.map((weight, channel) =>
    exact.has(channel) ? weight : (values[channel] as number) * scale,
  );
}

function dot(left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index++) sum += (left[index] as number) * (right[index] as number);
  return sum;
}
