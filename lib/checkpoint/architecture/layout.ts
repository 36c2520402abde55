import { ModerationError } from '../../contract/errors.js';
import { quote } from '../findings.js';
import type { Family, HeadKind } from '../manifest.js';

/** Which classifier's tensors these are, by their names alone. */
export interface Layout {
  readonly family: Family;
  readonly head: HeadKind;
  readonly textPrefix: string;
  readonly imagePrefix: string;
}

/** Transformers 5.6 dropped the inner model's name from the towers of the multi-task classifier. */
const PREFIXES: Readonly<Record<HeadKind, { text: readonly string[]; image: readonly string[] }>> = {
  fusion: { text: ['backbone.text_model.'], image: ['backbone.vision_model.'] },
  multitask: {
    text: ['tower_txt.text_model.', 'tower_txt.'],
    image: ['tower_img.vision_model.', 'tower_img.'],
  },
};

/**
 * Recognises the classifier from tensor names.
 *
 * @throws ModerationError `checkpoint_invalid` when the names are those of something else
 */
export function recogniseLayout(names: readonly string[]): Layout {
  const has = (prefix: string): boolean => names.some((name) => name.startsWith(prefix));
  for (const head of ['fusion', 'multitask'] as const) {
    const textPrefix = PREFIXES[head].text.find((prefix) => has(`${prefix}e`)); // embeddings, encoder
    const imagePrefix = PREFIXES[head].image.find((prefix) => has(`${prefix}e`));
    if (textPrefix === undefined || imagePrefix === undefined) continue;
    const isClip = has(`${imagePrefix}embeddings.class_embedding`) || has(`${imagePrefix}pre_layrnorm.`);
    const family: Family = isClip ? 'clip' : 'siglip';
    if (family === 'siglip' && head === 'multitask')
      throw unknownLayout(names, 'A multi-task head exists for CLIP only');
    return { family, head, textPrefix, imagePrefix };
  }
  const isBare = has('text_model.') && has('vision_model.');
  throw unknownLayout(
    names,
    isBare
      ? 'These are the weights of an encoder without a classifier'
      : 'The tensors are those of no classifier that is known',
  );
}

function unknownLayout(names: readonly string[], what: string): ModerationError {
  const groups = [...new Set(names.map((name) => name.split('.', 2).join('.')))];
  const listed = groups.slice(0, 12).map(quote).join(', ');
  return new ModerationError(
    'checkpoint_invalid',
    `${what}: its names begin with ${listed}${groups.length > 12 ? ', …' : ''}. Expected the gated-fusion classifier ` +
      '(backbone.text_model, backbone.vision_model, proj_t, cls, …) or the multi-task classifier over CLIP (tower_txt, ' +
      'tower_img, proj_t, heads, …).',
  );
}
