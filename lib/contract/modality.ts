/** What a post is made of, and what an answer rests on. */
export const MODALITIES = ['text', 'image'] as const;
export type Modality = (typeof MODALITIES)[number];

export const COMBINATIONS = ['text', 'image', 'text+image'] as const;
/** The modalities that an answer rests on, as one word. */
export type Combination = (typeof COMBINATIONS)[number];

/** The combination of an answer's modalities. */
export function combinationOf(modalities: readonly Modality[]): Combination {
  const [text, image] = MODALITIES.map((modality) => modalities.includes(modality));
  if (text && image) return 'text+image';
  return text ? 'text' : 'image';
}
