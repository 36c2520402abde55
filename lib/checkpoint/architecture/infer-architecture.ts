import type {
  Architecture,
  HeadArchitecture,
  ImageEncoderArchitecture,
  TextEncoderArchitecture,
} from '../architecture.js';
import type { CheckpointConfigs } from '../config/configs.js';
import { Findings } from '../findings.js';
import { compareTensors, type TensorFacts } from './compare-tensors.js';
import { Dimensions } from './dimensions.js';
import { resolveSettings } from './encoder-settings.js';
import { expectedTensors } from './expected-tensors.js';
import { type Layout, recogniseLayout } from './layout.js';

export interface InferredArchitecture {
  readonly architecture: Architecture;
  /** What the checkpoint does not state and was taken from defaults, one sentence each. */
  readonly inferred: string[];
}

/** What the readers of one part of the checkpoint share. */
interface Evidence {
  readonly layout: Layout;
  readonly dimensions: Dimensions;
  readonly configs: CheckpointConfigs;
  readonly findings: Findings;
  readonly inferred: string[];
}

/**
 * Finds out what a checkpoint computes, from the names and shapes of its tensors and from its configs. Afterwards every
 * tensor of `expectedTensors(architecture)` is known to be there, with its shape and a dtype of F32, F16 or BF16.
 *
 * @throws ModerationError `checkpoint_invalid`, listing every missing, unexpected or misshapen tensor and every config
 * value that contradicts the tensors
 */
export function inferArchitecture(
  tensors: ReadonlyMap<string, TensorFacts>,
  configs: CheckpointConfigs,
): InferredArchitecture {
  const layout = recogniseLayout([...tensors.keys()]);
  const [findings, inferred] = [new Findings(), [] as string[]];
  const evidence: Evidence = { layout, dimensions: new Dimensions(tensors), configs, findings, inferred };
  const architecture: Architecture = {
    family: layout.family,
    text: readTextEncoder(evidence),
    image: readImageEncoder(evidence),
    head: readHead(evidence),
  };
  compareTensors(expectedTensors(architecture), tensors, findings, inferred);
  compareConfigs(architecture, evidence);
  findings.raise('checkpoint_invalid', `The checkpoint is no complete ${describe(layout)}`);
  return { architecture, inferred };
}

function describe({ family, head }: Layout): string {
  return `${family === 'siglip' ? 'SigLIP' : 'CLIP'} classifier with a ${head === 'fusion' ? 'fusion' : 'multi-task'} head`;
}

function readTextEncoder({ layout, dimensions, ...evidence }: Evidence): TextEncoderArchitecture {
  const { family, head, textPrefix: prefix } = layout;
  const tokens = `${prefix}embeddings.token_embedding.weight`;
  const width = dimensions.read(tokens, 1, 2);
  const feature = family === 'siglip' ? `${prefix}head.weight` : 'backbone.text_projection.weight';
  return {
    prefix,
    width,
    ...readBlocks(prefix, dimensions),
    ...resolveSettings(
      { family, tower: 'text', width, model: evidence.configs.model },
      evidence.findings,
      evidence.inferred,
    ),
    featureWidth: head === 'multitask' ? width : dimensions.read(feature, 0, 2),
    vocabularySize: dimensions.read(tokens, 0, 2),
    positions: dimensions.read(`${prefix}embeddings.position_embedding.weight`, 0, 2),
  };
}

function readImageEncoder({ layout, dimensions, ...evidence }: Evidence): ImageEncoderArchitecture {
  const { family, head, imagePrefix: prefix } = layout;
  const patches = `${prefix}embeddings.patch_embedding.weight`;
  const width = dimensions.read(patches, 0, 4);
  const patch = dimensions.read(patches, 2, 4);
  const projects = family === 'clip' && head === 'fusion';
  return {
    prefix,
    width,
    ...readBlocks(prefix, dimensions),
    ...resolveSettings(
      { family, tower: 'image', width, model: evidence.configs.model },
      evidence.findings,
      evidence.inferred,
    ),
    featureWidth: projects ? dimensions.read('backbone.visual_projection.weight', 0, 2) : width,
    size: readImageSize(patch, { layout, dimensions, ...evidence }),
    patch,
  };
}

function readBlocks(prefix: string, dimensions: Dimensions): { layers: number; mlpWidth: number } {
  return {
    layers: dimensions.children(`${prefix}encoder.layers.`),
    mlpWidth: dimensions.read(`${prefix}encoder.layers.0.mlp.fc1.weight`, 0, 2),
  };
}

/** The stated edge if it gives as many patches as there are positions, else the smallest edge that does. */
function readImageSize(patch: number, { layout, dimensions, configs, findings }: Evidence): number {
  const { family, imagePrefix } = layout;
  const positions = dimensions.read(`${imagePrefix}embeddings.position_embedding.weight`, 0, 2);
  const edge = Math.sqrt(family === 'clip' ? positions - 1 : positions);
  if (!Number.isNaN(edge) && !Number.isInteger(edge)) {
    findings.add(`the image encoder has ${positions} positions, which are no square of patches`);
    return Number.NaN;
  }
  const stated = configs.model?.vision_config?.image_size ?? configs.preprocessor?.size?.height;
  return stated !== undefined && Math.floor(stated / patch) === edge ? stated : edge * patch;
}

function readHead({ layout, dimensions }: Evidence): HeadArchitecture {
  const fusionWidth = dimensions.read('proj_t.weight', 0, 2);
  if (layout.head === 'fusion') {
    return { kind: 'fusion', fusionWidth, classes: dimensions.read('cls.4.weight', 0, 2) };
  }
  const hidden = dimensions.has('heads.0.3.weight') || dimensions.has('heads.0.0.weight');
  return {
    kind: 'multitask',
    fusionWidth,
    classes: dimensions.children('heads.'),
    hiddenWidth: hidden ? dimensions.read('heads.0.0.weight', 0, 2) : null,
    lossWeights: dimensions.has('log_vars'),
  };
}

/** Config values that say something else than the tensors do. */
function compareConfigs({ text, image, head }: Architecture, { configs, findings }: Evidence): void {
  const { model, inference, preprocessor } = configs;
  const [textConfig, imageConfig] = [model?.text_config, model?.vision_config];
  const rows: [string, number | string | undefined, number | string][] = [
    ['config.json: text_config.hidden_size', textConfig?.hidden_size, text.width],
    ['config.json: text_config.num_hidden_layers', textConfig?.num_hidden_layers, text.layers],
    ['config.json: text_config.intermediate_size', textConfig?.intermediate_size, text.mlpWidth],
    ['config.json: text_config.vocab_size', textConfig?.vocab_size, text.vocabularySize],
    ['config.json: text_config.max_position_embeddings', textConfig?.max_position_embeddings, text.positions],
    ['config.json: vision_config.hidden_size', imageConfig?.hidden_size, image.width],
    ['config.json: vision_config.num_hidden_layers', imageConfig?.num_hidden_layers, image.layers],
    ['config.json: vision_config.intermediate_size', imageConfig?.intermediate_size, image.mlpWidth],
    ['config.json: vision_config.image_size', imageConfig?.image_size, image.size],
    ['config.json: vision_config.patch_size', imageConfig?.patch_size, image.patch],
    ['inference_config.json: head', inference?.head, head.kind === 'fusion' ? 'fusion' : 'mtl'],
    ['inference_config.json: fusion_dim', inference?.fusion_dim, head.fusionWidth],
    ['preprocessor_config.json: size', preprocessor?.size?.height, image.size],
    ['preprocessor_config.json: size', preprocessor?.size?.width, image.size],
  ];
  for (const [name, stated, measured] of rows) {
    if (stated === undefined || stated === measured || Number.isNaN(measured)) continue;
    findings.add(`${name} is ${stated}, by the tensors it is ${measured}`);
  }
  const limit = inference?.max_text_length;
  if (limit !== undefined && limit > text.positions) {
    findings.add(
      `inference_config.json: max_text_length is ${limit}, the text encoder has ${text.positions} positions`,
    );
  }
}
