import { generateImage } from '../../convert/precision/int8/items.js';
import { Random } from '../../numeric/random.js';
import type { FilePost } from './post.js';
import { tiffFile } from './tiff-file.js';

const IMAGE_SIZE = 256;
const MAX_WORDS = 24;

/** Made-up posts, the same each time: by turns text and image, text alone, image alone. Their words mean nothing. */
export function generatePosts(count: number): FilePost[] {
  const random = new Random('posts');
  return Array.from({ length: count }, (_, index) => ({
    text: index % 3 === 2 ? null : generateText(random),
    image:
      index % 3 === 1 ? null : tiffFile(generateImage(IMAGE_SIZE, index, random), IMAGE_SIZE, IMAGE_SIZE),
  }));
}

function generateText(random: Random): string {
  const words = 1 + Math.floor(random.uniform() ** 2 * MAX_WORDS);
  return Array.from({ length: words }, () => generateWord(random)).join(' ');
}

function generateWord(random: Random): string {
  const syllables = 1 + Math.floor(random.uniform() * 3);
  const draw = (letters: string) => letters[Math.floor(random.uniform() * letters.length)] ?? '';
  return Array.from({ length: syllables }, () => draw('bdfgklmnprstvz') + draw('aeiou')).join('');
}
