/**
 * Activation outliers, which trained transformers have and random weights lack: a few channels whose values are 20 to
 * 100 times those of the others, so that one scale for all channels leaves the others little resolution (Dettmers et
 * al. 2022, "LLM.int8()"; Xiao et al. 2023, "SmoothQuant").
 *
 * Two kinds are planted. Where a LayerNorm feeds linear layers, its gain and bias are scaled up for some channels and
 * the weights that read those channels are scaled down: the model's answers stay the same, and folding the scales back
 * undoes it. In every fourth block some inputs of the MLP's second layer, behind the activation, are scaled likewise;
 * no fold undoes that exactly.
 */
import { Random } from '../../numeric/random.js';
import type { Architecture, EncoderArchitecture } from '../architecture.js';

/** Factors by row (first dimension) and column (all others, flat) of a tensor. */
export interface Scales {
  readonly rows: ReadonlyMap<number, number>;
  readonly columns: ReadonlyMap<number, number>;
}

export const NO_OUTLIERS: ReadonlyMap<string, Scales> = new Map();

const CHANNELS = 6;
const MIN_FACTOR = 20;
const MAX_FACTOR = 100;
const BLOCKS_PER_MLP_OUTLIER = 4;

/** The factors to apply, by tensor name. */
export function plantOutliers({ text, image }: Architecture, seed: number): ReadonlyMap<string, Scales> {
  const plan = new Map<string, Scales>();
  for (const encoder of [text, image]) {
    const random = new Random(`${seed}/outliers/${encoder.prefix}`);
    const channels = drawFactors(encoder.width, random); // the same channels in all blocks, as in trained models
    for (let index = 0; index < encoder.layers; index++) {
      const block = `${encoder.prefix}encoder.layers.${index}`;
      plantInBlock(block, channels, plan);
      if (index % BLOCKS_PER_MLP_OUTLIER === 1) plantInMlp(block, encoder, random, plan);
    }
  }
  return plan;
}

function plantInBlock(block: string, channels: ReadonlyMap<number, number>, plan: Map<string, Scales>): void {
  const readers = {
    layer_norm1: ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'],
    layer_norm2: ['mlp.fc1'],
  };
  for (const [norm, linears] of Object.entries(readers)) {
    plan.set(`${block}.${norm}.weight`, scaleRows(channels));
    plan.set(`${block}.${norm}.bias`, scaleRows(channels));
    for (const linear of linears) plan.set(`${block}.${linear}.weight`, scaleColumns(inverse(channels)));
  }
}

function plantInMlp(
  block: string,
  { mlpWidth }: EncoderArchitecture,
  random: Random,
  plan: Map<string, Scales>,
): void {
  const units = drawFactors(mlpWidth, random);
  const first = `${block}.mlp.fc1.weight`;
  plan.set(first, { rows: units, columns: plan.get(first)?.columns ?? new Map() });
  plan.set(`${block}.mlp.fc1.bias`, scaleRows(units));
  plan.set(`${block}.mlp.fc2.weight`, scaleColumns(inverse(units)));
}

/** Distinct channels with factors from 20 to 100, evenly on a logarithmic scale. */
function drawFactors(width: number, random: Random): Map<number, number> {
  const factors = new Map<number, number>();
  while (factors.size < Math.min(CHANNELS, width)) {
    const channel = Math.floor(random.uniform() * width);
    factors.set(channel, MIN_FACTOR * (MAX_FACTOR / MIN_FACTOR) ** random.uniform());
  }
  return factors;
}

function inverse(factors: ReadonlyMap<number, number>): Map<number, number> {
  return new Map([...factors].map(([channel, factor]) => [channel, 1 / factor]));
}

function scaleRows(rows: ReadonlyMap<number, number>): Scales {
  return { rows, columns: new Map() };
}

function scaleColumns(columns: ReadonlyMap<number, number>): Scales {
  return { rows: new Map(), columns };
}
