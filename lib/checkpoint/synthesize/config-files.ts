import { LABELS } from '../../contract/labels.js';
import type { Architecture } from '../architecture.js';
import { clipSpecialTokens, clipTokenizer, clipTokenizerConfig } from './clip-tokenizer.js';
import { gemmaSpecialTokens, gemmaTokenizer, gemmaTokenizerConfig } from './gemma-tokenizer.js';
import type { Preset } from './presets.js';

/** The files beside the weights, as the published checkpoints have them, by name. */
export function configFiles(preset: Preset): Record<string, object> {
  const { architecture, encoderName, thresholds } = preset;
  const isClip = architecture.family === 'clip';
  const size = architecture.text.vocabularySize;
  return {
    'config.json': isClip ? clipConfig(architecture) : siglipConfig(architecture),
    'inference_config.json': {
      encoder_name: encoderName,
      backend: architecture.family,
      fusion_dim: architecture.head.fusionWidth,
      thresholds,
      class_names: LABELS,
      use_logit_adjustment: false,
      demonstration: true, // random weights must not judge real posts
    },
    'label_map.json': Object.fromEntries(LABELS.map((label, index) => [index, label])),
    'preprocessor_config.json': isClip ? clipPreprocessor(architecture) : siglipPreprocessor(architecture),
    'tokenizer.json': isClip ? clipTokenizer(size) : gemmaTokenizer(size),
    'tokenizer_config.json': isClip ? clipTokenizerConfig(size) : gemmaTokenizerConfig(),
    'special_tokens_map.json': isClip ? clipSpecialTokens() : gemmaSpecialTokens(),
  };
}

/** Sparse: whatever equals the class defaults of transformers is left out, as in the published file. */
function siglipConfig({ text }: Architecture): object {
  return {
    initializer_factor: 1.0,
    model_type: 'siglip',
    text_config: { model_type: 'siglip_text_model', vocab_size: text.vocabularySize },
    transformers_version: '4.49.0.dev0',
    vision_config: { model_type: 'siglip_vision_model' },
  };
}

function clipConfig({ text, image }: Architecture): object {
  return {
    architectures: ['CLIPModel'],
    initializer_factor: 1.0,
    logit_scale_init_value: 2.6592,
    model_type: 'clip',
    projection_dim: 512,
    text_config: {
      model_type: 'clip_text_model',
      bos_token_id: 0,
      eos_token_id: 2, // published so: the true ids come from the tokenizer
      pad_token_id: 1,
      hidden_size: text.width,
      intermediate_size: text.mlpWidth,
      num_attention_heads: text.heads,
      num_hidden_layers: text.layers,
      vocab_size: text.vocabularySize,
    },
    torch_dtype: 'float32',
    vision_config: {
      model_type: 'clip_vision_model',
      hidden_size: image.width,
      intermediate_size: image.mlpWidth,
      num_attention_heads: image.heads,
      num_hidden_layers: image.layers,
      image_size: image.size,
      patch_size: image.patch,
    },
  };
}

function siglipPreprocessor({ image }: Architecture): object {
  return {
    do_convert_rgb: null,
    do_normalize: true,
    do_rescale: true,
    do_resize: true,
    image_mean: [0.5, 0.5, 0.5],
    image_processor_type: 'SiglipImageProcessor',
    image_std: [0.5, 0.5, 0.5],
    processor_class: 'SiglipProcessor',
    resample: 2,
    rescale_factor: 1 / 255,
    size: { height: image.size, width: image.size },
  };
}

function clipPreprocessor({ image }: Architecture): object {
  return {
    crop_size: { height: image.size, width: image.size },
    do_center_crop: true,
    do_convert_rgb: true,
    do_normalize: true,
    do_rescale: true,
    do_resize: true,
    image_mean: [0.48145466, 0.4578275, 0.40821073],
    image_processor_type: 'CLIPImageProcessor',
    image_std: [0.26862954, 0.26130258, 0.27577711],
    resample: 3,
    rescale_factor: 1 / 255,
    size: { shortest_edge: image.size },
  };
}
