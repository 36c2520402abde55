/** The classifiers that their authors published on the hub, and the encoders they were trained from. */
import type { Family, HeadKind } from '../checkpoint/manifest.js';

export interface PublishedModel {
  readonly name: string;
  readonly repository: string;
  readonly family: Family;
  readonly head: HeadKind;
}

/**
 * Those whose repositories the original's README names. Two more runs were published as metrics only (see
 * docs/models.md). What each repository holds has not been seen by this project.
 */
export const PUBLISHED_MODELS = [
  {
    name: 'SigLIP Fusion',
    repository: 'Amirhossein75/siglip2-base-mmhs150k-fusion',
    family: 'siglip',
    head: 'fusion',
  },
  {
    name: 'CLIP Fusion',
    repository: 'Amirhossein75/clip-vit-base-mmhs150k-fusion',
    family: 'clip',
    head: 'fusion',
  },
  {
    name: 'CLIP MTL',
    repository: 'Amirhossein75/clip-vit-base-mmhs150k-mtl',
    family: 'clip',
    head: 'multitask',
  },
] as const satisfies readonly PublishedModel[];

export const DEFAULT_REPOSITORY: string = PUBLISHED_MODELS[0].repository;

/** Where a family's tokenizer and preprocessor come from when the checkpoint does not name its encoder. */
export const DEFAULT_ENCODERS: Readonly<Record<Family, string>> = {
  siglip: 'google/siglip2-base-patch16-224',
  clip: 'openai/clip-vit-base-patch32',
};
