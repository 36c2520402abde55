/**
 * How the random values of a tensor are distributed. The aim is a model whose activations keep their size from layer
 * to layer and whose probabilities differ by input and spread, so that comparing two runs of it means something.
 */
import { elementCount } from '../../numeric/element-count.js';
import type { Shape } from '../architecture.js';
import type { HeadKind } from '../manifest.js';

export interface Recipe {
  readonly mean: number;
  readonly standardDeviation: number;
}

/** The first pattern that a tensor's name matches. `fanIn`: inputs that one output of the layer sums over. */
const RULES: readonly [RegExp, (fanIn: number) => Recipe][] = [
  [/logit_scale$/, () => constant(4.7)],
  [/logit_bias$/, () => constant(-16)],
  [/log_vars$/, () => normal(0.1)],
  [/(?:layer_?norm\d?|layrnorm|ln_fused|cls\.0)\.weight$/, () => ({ mean: 1, standardDeviation: 0.1 })],
  [/bias$/, () => normal(0.02)],
  [/(?:probe|class_embedding)$/, () => normal(1)],
  [/token_embedding\.weight$/, () => normal(0.5)],
  [/position_embedding\.weight$/, () => normal(0.2)],
  // The last layers are larger: the probabilities shall spread from about 0.1 to 0.9.
  [/^(?:cls\.4|heads\.\d+(?:\.3)?)\.weight$/, (fanIn) => normal(2.5 / Math.sqrt(fanIn))],
  [/^(?:shared_head\.1|heads\.\d+\.0)\.weight$/, (fanIn) => normal(2 / Math.sqrt(fanIn))],
  [/./, (fanIn) => normal(1 / Math.sqrt(fanIn))],
];

export function recipeFor(name: string, shape: Shape, head: HeadKind): Recipe {
  // Features of length 1, not of length √width, enter the fusion head.
  if (head === 'fusion' && /^proj_[ti]\.weight$/.test(name)) return normal(1);
  const fanIn = elementCount(shape.slice(1));
  for (const [pattern, recipe] of RULES) if (pattern.test(name)) return recipe(fanIn);
  throw new RangeError(`No rule for ${name}.`);
}

function normal(standardDeviation: number): Recipe {
  return { mean: 0, standardDeviation };
}

function constant(mean: number): Recipe {
  return { mean, standardDeviation: 0 };
}
