/**
 * Python's `str.isspace`, which `str.strip` goes by: Unicode's White_Space and the separators U+001C to U+001F, so
 * other characters than JavaScript's `\s` (U+0085 is in it, U+FEFF is not).
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: Python strips them
const CONTENT = /[^\p{White_Space}\u001c-\u001f]/u;

/** Whether a post has text: the original's `bool(text.strip())`. */
export function hasText(text: string): boolean {
  return CONTENT.test(text);
}
