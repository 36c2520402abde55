/** What no tensor shows: attention heads, activation and epsilon. They come from config.json or from defaults. */

import type { Activation } from '../architecture.js';
import type { EncoderConfig, ModelConfig } from '../config/model-config.js';
import { type Findings, quote } from '../findings.js';
import type { Family } from '../manifest.js';

export interface EncoderSettings {
  readonly heads: number;
  readonly activation: Activation;
  readonly layerNormEps: number;
}

interface Defaults {
  readonly heads: Readonly<Record<Tower, number>>;
  readonly activation: Activation;
  readonly layerNormEps: number;
}

type Tower = 'text' | 'image';

/** Class defaults of transformers, which config.json leaves out (configuration_siglip.py, configuration_clip.py). */
const DEFAULTS: Readonly<Record<Family, Defaults>> = {
  siglip: { heads: { text: 12, image: 12 }, activation: 'gelu_tanh', layerNormEps: 1e-6 },
  clip: { heads: { text: 8, image: 12 }, activation: 'quick_gelu', layerNormEps: 1e-5 },
};

/** By the names that transformers gives to them (activations.py). */
const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  gelu: 'gelu',
  gelu_pytorch_tanh: 'gelu_tanh',
  gelu_new: 'gelu_tanh',
  gelu_fast: 'gelu_tanh',
  quick_gelu: 'quick_gelu',
};

/** Columns of one attention head in every published encoder but those of {@link OTHER_HEADS}. */
const HEAD_WIDTH = 64;
/** Heads by encoder width, where a head is not 64 wide: the "shape-optimised" SigLIP has 72. */
const OTHER_HEADS: Readonly<Record<number, number>> = { 1152: 16 };

export interface SettingsQuery {
  readonly family: Family;
  readonly tower: Tower;
  readonly width: number;
  readonly model: ModelConfig | undefined;
}

/** Settles an encoder's settings; what is not stated is told in `inferred`, what is impossible in `findings`. */
export function resolveSettings(
  query: SettingsQuery,
  findings: Findings,
  inferred: string[],
): EncoderSettings {
  const { family, tower, model } = query;
  const defaults = DEFAULTS[family];
  const config = tower === 'text' ? model?.text_config : model?.vision_config;
  return {
    heads: resolveHeads(query, config, findings, inferred),
    activation: resolveActivation(config, defaults.activation, tower, findings),
    layerNormEps: config?.layer_norm_eps ?? defaults.layerNormEps,
  };
}

function resolveHeads(
  { family, tower, width, model }: SettingsQuery,
  config: EncoderConfig | undefined,
  findings: Findings,
  inferred: string[],
): number {
  const stated = config?.num_attention_heads;
  if (stated !== undefined) {
    if (width % stated !== 0) {
      findings.add(
        `config.json states ${stated} attention heads for the ${tower} encoder, whose width is ${width}`,
      );
    }
    return stated;
  }
  // A config.json of the encoder leaves a value out because it is the default; without one, only the width is known.
  const byDefault = DEFAULTS[family].heads[tower];
  if (model?.model_type === family && width % byDefault === 0) {
    inferred.push(
      `The ${tower} encoder has ${byDefault} attention heads: config.json states none, this is the default.`,
    );
    return byDefault;
  }
  const byWidth = OTHER_HEADS[width] ?? width / HEAD_WIDTH;
  if (Number.isInteger(byWidth)) {
    inferred.push(
      `The ${tower} encoder has ${byWidth} attention heads: no config states them, a head is ${width / byWidth} wide.`,
    );
  } else if (Number.isFinite(width)) {
    findings.add(
      `the attention heads of the ${tower} encoder are unknown: config.json does not state num_attention_heads, and the ` +
        `width ${width} is no multiple of ${HEAD_WIDTH}`,
    );
  }
  return byWidth;
}

function resolveActivation(
  config: EncoderConfig | undefined,
  byDefault: Activation,
  tower: Tower,
  findings: Findings,
): Activation {
  const stated = config?.hidden_act;
  if (stated === undefined) return byDefault;
  const activation = Object.hasOwn(ACTIVATIONS, stated) ? ACTIVATIONS[stated] : undefined;
  if (activation === undefined) {
    const known = Object.keys(ACTIVATIONS).join(', ');
    findings.add(
      `config.json: hidden_act of the ${tower} encoder is ${quote(stated)}; expected one of ${known}`,
    );
  }
  return activation ?? byDefault;
}
