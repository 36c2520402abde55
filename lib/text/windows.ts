/**
 * The windows of a text: stretches of tokens as long as the model reads, which overlap, so that words at the edge of one
 * stand inside another. The first is what the model reads by itself.
 */
import type { SequenceSpec } from './sequence.js';

export interface WindowSpec extends Pick<SequenceSpec, 'maxTokens' | 'eosId' | 'pooling'> {
  readonly bosId: number | null;
}

/** Tokens of a text without special ones: the first, and the one behind the last. */
export type TokenRange = readonly [from: number, to: number];

/** Share of a window that the next one repeats. */
const OVERLAP = 0.25;

/** Tokens that a window holds, special ones not counted. */
export function windowCapacity({ maxTokens, bosId }: WindowSpec): number {
  return maxTokens - (bosId === null ? 1 : 2);
}

/**
 * The windows that are judged, the original's first. Of more than `maxWindows`, the first, the last and others evenly
 * spread.
 *
 * A CLIP text ends at its first end token, which a user can write as well. What stands behind it is in windows of its own.
 *
 * @param tokens of the whole text, without special ones
 * @param maxWindows 1 or more
 */
export function windowsOf(tokens: Int32Array, spec: WindowSpec, maxWindows: number): TokenRange[] {
  const capacity = windowCapacity(spec);
  const [first, ...rest] = sectionsOf(tokens, spec).flatMap((section) => cut(section, capacity));
  if (first === undefined) return [[0, 0]];
  return [first, ...spread(rest, maxWindows - 1)];
}

/** How many tokens stand in any of the windows. End tokens that a user wrote count as read. */
export function countRead(
  windows: readonly TokenRange[],
  tokens: Int32Array,
  { pooling, eosId }: WindowSpec,
): number {
  let read = 0;
  let end = 0;
  for (const [from, to] of [...windows].sort((a, b) => a[0] - b[0])) {
    read += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return pooling === 'end-of-text' ? read + tokens.filter((id) => id === eosId).length : read;
}

/** A window as the model reads it: with the special tokens around it. */
export function frameWindow(tokens: Int32Array, [from, to]: TokenRange, spec: WindowSpec): Int32Array {
  const start = spec.bosId === null ? [] : [spec.bosId];
  return Int32Array.of(...start, ...tokens.subarray(from, to), spec.eosId);
}

/** The stretches between end tokens, the first even when it is empty: the model reads it. */
function sectionsOf(tokens: Int32Array, { pooling, eosId }: WindowSpec): TokenRange[] {
  if (pooling !== 'end-of-text') return [[0, tokens.length]];
  const sections: TokenRange[] = [];
  for (let from = 0; from <= tokens.length; ) {
    const end = tokens.indexOf(eosId, from);
    const to = end === -1 ? tokens.length : end;
    if (to > from || from === 0) sections.push([from, to]);
    from = to + 1;
  }
  return sections;
}

/** The last window of a section ends where the section does. */
function cut([start, end]: TokenRange, capacity: number): TokenRange[] {
  if (end - start <= capacity) return [[start, end]];
  const stride = Math.max(1, Math.floor(capacity * (1 - OVERLAP)));
  const windows: TokenRange[] = [];
  for (let from = start; from + capacity < end; from += stride) windows.push([from, from + capacity]);
  windows.push([end - capacity, end]);
  return windows;
}

/** At most `count` of the windows, evenly spread, the last among them. */
function spread(windows: readonly TokenRange[], count: number): TokenRange[] {
  if (windows.length <= count) return [...windows];
  return Array.from({ length: count }, (_, index) => {
    const at = Math.ceil(((index + 1) * windows.length) / count) - 1;
    return windows[at] as TokenRange;
  });
}
