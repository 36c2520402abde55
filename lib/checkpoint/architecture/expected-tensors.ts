import {
  type Architecture,
  type EncoderArchitecture,
  patchCount,
  type Shape,
  type TextEncoderArchitecture,
} from '../architecture.js';

/** Every tensor that a checkpoint of this architecture holds, by name. */
export function expectedTensors(architecture: Architecture): Map<string, Shape> {
  const list = new TensorList();
  if (architecture.family === 'siglip') listSiglip(architecture, list);
  else listClip(architecture, list);
  listHead(architecture, list);
  return list.tensors;
}

/** Names and shapes under construction, with the shorthand for layers that consist of a weight and a bias. */
class TensorList {
  readonly tensors = new Map<string, Shape>();

  add(name: string, ...shape: number[]): void {
    this.tensors.set(name, shape);
  }

  linear(name: string, inputs: number, outputs: number): void {
    this.add(`${name}.weight`, outputs, inputs);
    this.add(`${name}.bias`, outputs);
  }

  layerNorm(name: string, width: number): void {
    this.add(`${name}.weight`, width);
    this.add(`${name}.bias`, width);
  }
}

/** `SiglipModel` of transformers (models/siglip/modeling_siglip.py). */
function listSiglip({ text, image }: Architecture, list: TensorList): void {
  const backbone = text.prefix.replace(/text_model\.$/, '');
  list.add(`${backbone}logit_scale`, 1);
  list.add(`${backbone}logit_bias`, 1);
  listTextEncoder(text, list);
  list.linear(`${text.prefix}head`, text.width, text.featureWidth);

  const { prefix, width, patch } = image;
  list.add(`${prefix}embeddings.patch_embedding.weight`, width, 3, patch, patch);
  list.add(`${prefix}embeddings.patch_embedding.bias`, width);
  list.add(`${prefix}embeddings.position_embedding.weight`, patchCount(image), width);
  listBlocks(image, list);
  list.layerNorm(`${prefix}post_layernorm`, width);
  list.add(`${prefix}head.probe`, 1, 1, width);
  list.add(`${prefix}head.attention.in_proj_weight`, 3 * width, width);
  list.add(`${prefix}head.attention.in_proj_bias`, 3 * width);
  list.linear(`${prefix}head.attention.out_proj`, width, width);
  list.layerNorm(`${prefix}head.layernorm`, width);
  listMlp(`${prefix}head.mlp`, image, list);
}

/** `CLIPModel`, or the pair `CLIPTextModel` and `CLIPVisionModel`, which lack projections and scale. */
function listClip({ text, image, head }: Architecture, list: TensorList): void {
  const backbone = text.prefix.replace(/text_model\.$/, '');
  const projected = head.kind === 'fusion';
  if (projected) list.add(`${backbone}logit_scale`);
  listTextEncoder(text, list);

  const { prefix, width, patch } = image;
  list.add(`${prefix}embeddings.class_embedding`, width);
  list.add(`${prefix}embeddings.patch_embedding.weight`, width, 3, patch, patch);
  list.add(`${prefix}embeddings.position_embedding.weight`, patchCount(image) + 1, width);
  list.layerNorm(`${prefix}pre_layrnorm`, width); // sic
  listBlocks(image, list);
  list.layerNorm(`${prefix}post_layernorm`, width);
  if (!projected) return;
  list.add(`${backbone}visual_projection.weight`, image.featureWidth, width);
  list.add(`${backbone}text_projection.weight`, text.featureWidth, text.width);
}

function listTextEncoder(text: TextEncoderArchitecture, list: TensorList): void {
  list.add(`${text.prefix}embeddings.token_embedding.weight`, text.vocabularySize, text.width);
  list.add(`${text.prefix}embeddings.position_embedding.weight`, text.positions, text.width);
  listBlocks(text, list);
  list.layerNorm(`${text.prefix}final_layer_norm`, text.width);
}

function listBlocks(encoder: EncoderArchitecture, list: TensorList): void {
  const { prefix, width, layers } = encoder;
  for (let index = 0; index < layers; index++) {
    const layer = `${prefix}encoder.layers.${index}`;
    for (const projection of ['k_proj', 'v_proj', 'q_proj', 'out_proj']) {
      list.linear(`${layer}.self_attn.${projection}`, width, width);
    }
    list.layerNorm(`${layer}.layer_norm1`, width);
    listMlp(`${layer}.mlp`, encoder, list);
    list.layerNorm(`${layer}.layer_norm2`, width);
  }
}

function listMlp(name: string, { width, mlpWidth }: EncoderArchitecture, list: TensorList): void {
  list.linear(`${name}.fc1`, width, mlpWidth);
  list.linear(`${name}.fc2`, mlpWidth, width);
}

/** `MultiModalFusionClassifier` and `MultiTaskClassifier` of the original, without their encoders. */
function listHead({ text, image, head }: Architecture, list: TensorList): void {
  const { fusionWidth, classes } = head;
  if (head.kind === 'multitask' && head.lossWeights) list.add('log_vars', classes);
  list.linear('proj_t', text.featureWidth, fusionWidth);
  list.linear('proj_i', image.featureWidth, fusionWidth);
  list.linear('g_t', fusionWidth, fusionWidth);
  list.linear('g_i', fusionWidth, fusionWidth);
  list.linear('gate', 2 * fusionWidth + 2, fusionWidth); // text, image, and the presence of each
  if (head.kind === 'fusion') {
    list.layerNorm('cls.0', 5 * fusionWidth); // fused, text, image, their difference and product
    list.linear('cls.1', 5 * fusionWidth, fusionWidth);
    list.linear('cls.4', fusionWidth, classes);
    list.layerNorm('ln_fused', fusionWidth);
    return;
  }
  list.linear('shared_head.1', fusionWidth, fusionWidth);
  for (let index = 0; index < classes; index++) {
    if (head.hiddenWidth === null) {
      list.linear(`heads.${index}`, fusionWidth, 1);
    } else {
      list.linear(`heads.${index}.0`, fusionWidth, head.hiddenWidth);
      list.linear(`heads.${index}.3`, head.hiddenWidth, 1);
    }
  }
}
