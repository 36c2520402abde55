/** What a data set says about a row's labels, in every form that the original and its users write. */

/** The classes are not known yet: they are the model's. */
export type GivenLabels =
  /** Names, or zeros and ones in the order of the classes; which of the two, the classes tell. */
  | { readonly kind: 'tokens'; readonly tokens: readonly string[] }
  /** 1 is harmful, 0 is not: the original's column `label`. */
  | { readonly kind: 'binary'; readonly harmful: boolean };

/** The name of the only class of data whose labels are 0 and 1. */
export const HARMFUL = 'harmful';

/**
 * Reads a cell of `labels`: names separated by commas, a list as Python or JSON writes it, a vector of zeros and ones
 * with or without brackets, an array, or an object of names to truth values. Nothing at all is no label.
 *
 * @returns undefined for anything else
 */
export function parseLabels(cell: unknown): GivenLabels | undefined {
  if (Array.isArray(cell)) return isTokens(cell) ? tokens(cell.map(tokenOf)) : undefined;
  if (typeof cell === 'object' && cell !== null) return fromRecord(cell);
  if (typeof cell === 'number') return tokens([String(cell)]);
  if (typeof cell !== 'string') return undefined;
  const text = cell.trim();
  const bracketed = /^\[([^[\]]*)\]$|^\(([^()]*)\)$/.exec(text);
  if (bracketed === null) return /[[\](){}]/.test(text) ? undefined : tokens(text.split(','));
  const inner = bracketed[1] ?? bracketed[2] ?? '';
  const parts = /^[01.\s]+$/.test(inner) ? inner.split(/\s+/) : inner.split(',');
  return tokens(parts.map(unquote));
}

/** Reads a cell of `label`: 0 or 1, or the names of classes. */
export function parseLabel(cell: unknown): GivenLabels | undefined {
  if (cell === true || cell === 1 || cell === '1' || cell === '1.0') return { kind: 'binary', harmful: true };
  if (cell === false || cell === 0 || cell === '0' || cell === '0.0')
    return { kind: 'binary', harmful: false };
  return cell === '' || typeof cell === 'number' ? undefined : parseLabels(cell);
}

/**
 * The labels as zeros and ones, one per class.
 *
 * @returns why they are no labels of these classes, as a string; it quotes nothing of the data
 */
export function resolveLabels(given: GivenLabels, classes: readonly string[]): Uint8Array | string {
  if (given.kind === 'binary') {
    if (classes.length === 1) return Uint8Array.of(given.harmful ? 1 : 0);
    return `The label is 0 or 1; the model has ${classes.length} classes.`;
  }
  const named = given.tokens.map((token) => classes.indexOf(token));
  const truth = new Uint8Array(classes.length);
  if (!named.includes(-1)) {
    for (const index of named) truth[index] = 1;
    return truth;
  }
  if (given.tokens.length === classes.length && given.tokens.every(isBit)) {
    return truth.map((_, index) => Number(given.tokens[index]));
  }
  return `The labels are neither names of classes (${classes.join(', ')}) nor ${classes.length} zeros and ones.`;
}

/** A line's labels as names again. */
export function labelNames(truth: Uint8Array, classes: readonly string[]): string[] {
  return classes.filter((_, index) => truth[index] === 1);
}

function tokens(parts: readonly string[]): GivenLabels {
  const trimmed = parts.map((part) => part.trim().replace(/^([01])\.0?$/, '$1'));
  return { kind: 'tokens', tokens: trimmed.filter((token) => token !== '') };
}

function fromRecord(record: object): GivenLabels | undefined {
  const entries = Object.entries(record);
  if (!entries.every(([, value]) => [true, false, 0, 1].includes(value as never))) return undefined;
  return tokens(entries.filter(([, value]) => Boolean(value)).map(([name]) => name));
}

function isTokens(cell: readonly unknown[]): cell is readonly (string | number | boolean)[] {
  return cell.every((token) => ['string', 'number', 'boolean'].includes(typeof token));
}

function tokenOf(value: string | number | boolean): string {
  return typeof value === 'string' ? value : String(Number(value));
}

function unquote(part: string): string {
  return part.trim().replace(/^u?(['"])(.*)\1$/, '$2');
}

function isBit(token: string): boolean {
  return token === '0' || token === '1';
}
