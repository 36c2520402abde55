/** English letters from frequent to rare. */
const LETTERS = 'etaoinshrdlcumwfgypbvkjxqz';
const VOWELS = new Set('aeiouy');

/**
 * All sequences of `length` lowercase letters, from likely to unlikely in English: frequent letters count, and so do
 * changes between vowel and consonant. A stand-in for the pieces that a tokenizer learns from text.
 */
export function letterGrams(length: number): string[] {
  let grams = [{ text: '', score: 0 }];
  for (let position = 0; position < length; position++) {
    grams = grams.flatMap(({ text, score }) => extensions(text, score));
  }
  return grams.sort((a, b) => b.score - a.score || (a.text < b.text ? -1 : 1)).map(({ text }) => text);
}

function extensions(text: string, score: number): { text: string; score: number }[] {
  const last = text.at(-1);
  return Array.from(LETTERS, (letter, rank) => {
    const alternates = last !== undefined && VOWELS.has(last) !== VOWELS.has(letter);
    return { text: text + letter, score: score - Math.log(rank + 2) + (alternates ? 1 : 0) };
  });
}

export function capitalise(gram: string): string {
  return gram.charAt(0).toUpperCase() + gram.slice(1);
}
