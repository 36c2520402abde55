import type { Architecture } from '../checkpoint/architecture.js';
import { MANIFEST_FORMAT, type Manifest } from '../checkpoint/manifest.js';
import { WEIGHTS_FILE } from '../checkpoint/weights-file.js';
import { GRAPH_FILES } from './graph-files.js';
import { FAMILY_ENCODERS } from './graphs.js';
import type { Settings } from './settings.js';
import type { ConvertedTokenizer } from './tokenizer.js';

/** Names of a pack's files, beside its manifest. */
export const FILES = {
  weights: WEIGHTS_FILE,
  tokenizer: 'tokenizer.bin',
  rowChecksums: 'token-rows.crc32',
  ...GRAPH_FILES,
} as const;

export interface ModelFacts {
  readonly architecture: Architecture;
  readonly settings: Settings;
  readonly tokenizer: ConvertedTokenizer;
  readonly precision: Manifest['precision'];
  readonly inferred: readonly string[];
}

/** A manifest but for what is known only when the pack's files are written. */
export type ModelDescription = Omit<Manifest, 'tokenTable' | 'files'>;

export function describeModel({ architecture, settings, tokenizer, ...facts }: ModelFacts): ModelDescription {
  const { family, text, image, head } = architecture;
  const { mean, std, maxTokens, keyMask, lowercase, geometry, filter, inferred, ...named } = settings;
  return {
    format: MANIFEST_FORMAT,
    ...named,
    family,
    precision: facts.precision,
    text: {
      graph: FILES.textGraph,
      tokenizer: FILES.tokenizer,
      maxTokens,
      ...tokenizer.frame,
      pooling: FAMILY_ENCODERS[family].pooling,
      keyMask,
      lowercase,
      width: text.featureWidth,
      vocabularySize: text.vocabularySize,
    },
    image: {
      graph: FILES.imageGraph,
      size: image.size,
      geometry,
      filter,
      mean: [...mean],
      std: [...std],
      width: image.featureWidth,
    },
    head: { kind: head.kind, graph: FILES.headGraph },
    weights: FILES.weights,
    inferred: [...facts.inferred, ...inferred],
  };
}
