import { quote, refuse } from './problems.js';
import type { AddedToken } from './tokenizer-json.js';

/** Far more rows than known embeddings have (256,000). */
const MAX_SIZE = 2 ** 22;

export interface Vocabulary {
  /** Ids of the pieces and added tokens. One to one. */
  readonly ids: ReadonlyMap<string, number>;
  /** One more than the highest id. */
  readonly size: number;
}

/** Reads `model.vocab` and `added_tokens`. Ids that are ambiguous are refused. */
export function readVocabulary(
  pieces: Record<string, unknown>,
  addedTokens: readonly AddedToken[],
): Vocabulary {
  const ids = new Map<string, number>();
  const owners: string[] = [];
  const problems: string[] = [];
  const add = (piece: string, id: unknown) => {
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id >= MAX_SIZE) {
      problems.push(`${quote(piece)} has the id ${quote(id)}, expected a whole number below ${MAX_SIZE}`);
      return;
    }
    if (piece === '') problems.push(`the empty piece has the id ${id}, expected pieces of text`);
    const owner = owners[id];
    if (owner !== undefined && owner !== piece) {
      problems.push(`${quote(owner)} and ${quote(piece)} both have the id ${id}`);
    }
    owners[id] = piece;
    ids.set(piece, id);
  };
  for (const piece of Object.keys(pieces)) add(piece, pieces[piece]);
  for (const { content, id } of addedTokens) {
    const other = ids.get(content) ?? id;
    if (other !== id) problems.push(`${quote(content)} has the ids ${other} and ${id}`);
    add(content, id);
  }
  refuse('has a vocabulary that cannot be used', problems);
  return { ids, size: owners.length };
}
