import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { ModerationError } from '../../contract/errors.js';
import type { FilePost } from './post.js';

/** One line: a text, the path of an image file, or both. Other fields are left alone. */
const line = z
  .object({ text: z.string().nullish(), image: z.string().nullish() })
  .refine(({ text, image }) => text || image, 'expected a text, an image or both');

/**
 * Reads posts from a JSON Lines file; image paths are relative to its folder.
 *
 * @param count the most posts that are read, the first ones
 * @throws ModerationError `invalid_configuration`, naming the line
 */
export async function readPosts(file: string, count: number): Promise<FilePost[]> {
  const lines = (await read(file, 'utf8')).split('\n').flatMap((content, index) => {
    return content.trim() === '' ? [] : [{ content, place: `${file}, line ${index + 1}` }];
  });
  if (lines.length === 0) throw invalid(`${file} holds no posts.`);
  const posts: FilePost[] = [];
  for (const { content, place } of lines.slice(0, count)) {
    const { text, image } = parse(content, place);
    posts.push({
      text: text || null,
      image: image ? await read(resolve(dirname(file), image)) : null,
    });
  }
  return posts;
}

function parse(content: string, place: string): z.infer<typeof line> {
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch {
    throw invalid(`${place} is not JSON.`);
  }
  const parsed = line.safeParse(json);
  if (parsed.success) return parsed.data;
  throw invalid(`${place}: ${parsed.error.issues.map(({ message }) => message).join('; ')}.`);
}

async function read(path: string): Promise<Buffer>;
async function read(path: string, encoding: 'utf8'): Promise<string>;
async function read(path: string, encoding?: 'utf8'): Promise<Buffer | string> {
  try {
    return await readFile(path, encoding);
  } catch (cause) {
    throw invalid(`${path} cannot be read (${(cause as NodeJS.ErrnoException).code}).`);
  }
}

function invalid(message: string): ModerationError {
  return new ModerationError('invalid_configuration', message);
}
