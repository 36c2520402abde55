/** Text from a model's files, as far as SageMaker's patterns let it into names and descriptions. */

const NOT_PRINTED = /[^\p{L}\p{M}\p{N}\p{P}\p{S}\p{Z}]|[\u2028\u2029]/gu;

/**
 * One line of printable characters: others, such as line ends and halves of a pair, become spaces.
 *
 * @param max characters; a longer text ends with …
 */
export function plainText(text: string, max: number): string {
  const line = text.replace(NOT_PRINTED, ' ').trim();
  if (line.length <= max) return line;
  const characters = Array.from(line);
  return characters.length <= max ? line : `${characters.slice(0, max - 1).join('')}…`;
}

/** The same for a name, which may not be empty. */
export function plainName(text: string, max: number): string {
  return plainText(text, max) || '(unnamed)';
}
