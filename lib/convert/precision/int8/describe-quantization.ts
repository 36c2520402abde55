import type { CalibrationItems } from './items.js';
import type { LinearPlan } from './plan.js';
import type { Quantized } from './quantize-checkpoint.js';

/** What was chosen and what it costs, one sentence each, for the manifest. */
export function describeQuantization(
  { plan, difference }: Quantized,
  { texts, images }: CalibrationItems,
): string[] {
  const layers = [...plan];
  const quantized = layers.filter(([, { kind }]) => kind === 'int8');
  const exact = layers.filter(([, { kind }]) => kind === 'fp32');
  const split = quantized.filter(([, layer]) => layer.kind === 'int8' && layer.exactChannels.length > 0);
  const fine = quantized.filter(([, layer]) => layer.kind === 'int8' && layer.fine);
  return [
    `int8: ${quantized.length} of ${layers.length} linear layers of the encoders are quantized; on ${texts.length} texts and ` +
      `${images.length} images probabilities differ from fp32 by at most ${difference.max.toFixed(4)}, on average by ` +
      `${difference.mean.toFixed(5)}.`,
    ...(fine.length > 0
      ? [`Activations have 16 bits, in two products each, in ${fine.length} of the int8 layers.`]
      : []),
    ...(split.length > 0
      ? [`Channels computed in fp32 within int8 layers: ${split.map(channels).join(', ')}.`]
      : []),
    ...(exact.length > 0 ? [`Layers kept in fp32: ${exact.map(([path]) => path).join(', ')}.`] : []),
  ];
}

function channels([path, layer]: [string, LinearPlan]): string {
  return `${path} ${layer.kind === 'int8' ? layer.exactChannels.length : 0}`;
}
