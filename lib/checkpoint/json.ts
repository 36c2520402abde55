/**
 * What `JSON.parse` does not tell about a text. Both functions take time in proportion to the text, whatever it holds.
 */

/**
 * Keys that stand more than once in one object. `JSON.parse` keeps the last one silently, other parsers the first, so
 * that two readers of one file would see different things.
 *
 * @param text valid JSON: `JSON.parse` has accepted it
 * @param maxDepth objects at this depth and above are looked at. @default 2: the root and its members
 */
export function duplicateKeys(text: string, maxDepth = 2): string[] {
  const duplicates: string[] = [];
  const seen: Set<string>[] = []; // one set a level
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '{' || character === '[') {
      if (depth < maxDepth) seen[depth] = new Set();
      depth++;
    } else if (character === '}' || character === ']') {
      depth--;
    } else if (character === '"') {
      const end = endOfString(text, index);
      if (depth <= maxDepth && nextCharacter(text, end) === ':') {
        const key: string = JSON.parse(text.slice(index, end));
        const keys = seen[depth - 1];
        if (keys?.has(key)) duplicates.push(key);
        keys?.add(key);
      }
      index = end - 1;
    }
  }
  return duplicates;
}

/** Python's literals NaN, Infinity and -Infinity outside of strings, replaced by null. `found` lists which there were. */
export function replaceNonFinite(text: string): { json: string; found: string[] } {
  const found = new Set<string>();
  const parts: string[] = [];
  let position = 0;
  while (position < text.length) {
    const quote = text.indexOf('"', position);
    const end = quote === -1 ? text.length : quote;
    const outside = text.slice(position, end).replace(/-?\b(?:NaN|Infinity)\b/g, (literal) => {
      found.add(literal);
      return 'null';
    });
    position = quote === -1 ? end : endOfString(text, quote);
    parts.push(outside, text.slice(end, position));
  }
  return { json: parts.join(''), found: [...found] };
}

/** The position after the closing quote of the string that opens at `start`, or the end of the text. */
function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text[index] !== '"') index += text[index] === '\\' ? 2 : 1;
  return Math.min(index + 1, text.length);
}

function nextCharacter(text: string, from: number): string | undefined {
  let index = from;
  while (text[index] === ' ' || text[index] === '\n' || text[index] === '\t' || text[index] === '\r') index++;
  return text[index];
}
