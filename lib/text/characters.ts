/** Characters that readers do not see, or take for others. */

export interface CharacterFacts {
  /** Characters that no reader sees. */
  readonly hidden: number;
  /** Those of them that stand inside words. */
  readonly hiddenInWords: number;
  /** Words whose characters imitate others. */
  readonly imitating: number;
}

const NONE: CharacterFacts = { hidden: 0, hiddenInWords: 0, imitating: 0 };

export function charactersOf(_text: string): CharacterFacts {
  return NONE;
}

/** The text as people read it. */
export function asShown(text: string): string {
  return text;
}
