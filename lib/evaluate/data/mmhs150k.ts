/**
 * MMHS150K as its authors publish it: `MMHS150K_GT.json` (by post id: the text and the labels of three annotators),
 * `img_resized/ID.jpg`, `splits/NAME_ids.txt` and, where wanted, `img_txt/ID.json` with the text read in the image.
 */
import { createHash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ModerationError } from '../../contract/errors.js';
import { LABELS } from '../../contract/labels.js';
import { isRecord } from '../../contract/record.js';
import type { DataRow, RowProblem } from './data-row.js';
import type { DataSource } from './data-source.js';
import type { GivenLabels } from './labels.js';
import { pathInside } from './path-inside.js';

export const GROUND_TRUTH_FILE = 'MMHS150K_GT.json';
export const SPLITS = ['train', 'val', 'test'] as const;
export type Split = (typeof SPLITS)[number];

export const VOTES = ['majority', 'any'] as const;
/** `majority`: the label that most annotators gave. `any`: every class that one of them named, as in the original. */
export type Vote = (typeof VOTES)[number];

export const NO_MAJORITY = ['exclude', 'any', 'none'] as const;
/** Without a majority: leave the post out, take every class that was named, or take it for harmless. */
export type NoMajority = (typeof NO_MAJORITY)[number];

export interface Mmhs150kOptions {
  /** The folder with the ground truth. */
  readonly folder: string;
  /** @default img_resized in the folder */
  readonly images?: string | undefined;
  /** @default test */
  readonly split?: Split | undefined;
  /** @default majority */
  readonly vote?: Vote | undefined;
  /** @default exclude */
  readonly noMajority?: NoMajority | undefined;
  /** Whether the text read in the image follows the post's own. @default false, as in the original */
  readonly imageTexts?: boolean | undefined;
}

/** 0 is no class: not hate. The others are the classes in order, from 1. */
const entrySchema = z.object({
  tweet_text: z.string().nullish(),
  labels: z.array(z.int().min(0).max(LABELS.length)).min(1),
});

const imageTextSchema = z.object({ img_text: z.string() });

type Entry = z.infer<typeof entrySchema>;

interface Files {
  readonly groundTruth: Readonly<Record<string, unknown>>;
  readonly ids: readonly { readonly id: string; readonly line: number }[];
  readonly images: string;
  readonly hash: string;
  readonly bytes: number;
}

/** @throws ModerationError `invalid_configuration` when files are missing or hold something else */
export async function openMmhs150k(options: Mmhs150kOptions): Promise<DataSource> {
  const split = options.split ?? 'test';
  const files = await readFiles(options, split);
  let done = 0;
  return {
    name: `MMHS150K ${split}`,
    totalBytes: files.bytes,
    get bytesRead() {
      return files.ids.length === 0 ? files.bytes : Math.round((files.bytes * done) / files.ids.length);
    },
    sha256: async () => files.hash,
    async *[Symbol.asyncIterator]() {
      for (const { id, line } of files.ids) {
        done += 1;
        yield await toRow(id, line, done, files, options);
      }
    },
  };
}

async function readFiles({ folder, images }: Mmhs150kOptions, split: Split): Promise<Files> {
  const hash = createHash('sha256');
  const read = async (path: string): Promise<Buffer> => {
    const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) =>
      invalid(`${path} cannot be read (${cause.code}); expected the files of MMHS150K.`),
    );
    hash.update(bytes);
    return bytes;
  };
  const truth = await read(join(folder, GROUND_TRUTH_FILE));
  const list = await read(join(folder, 'splits', `${split}_ids.txt`));
  const folderOfImages = images ?? join(folder, 'img_resized');
  return {
    groundTruth: parseObject(truth, join(folder, GROUND_TRUTH_FILE)),
    ids: list
      .toString('utf8')
      .split('\n')
      .map((content, index) => ({ id: content.trim(), line: index + 1 }))
      .filter(({ id }) => id !== ''),
    images: await realpath(folderOfImages).catch(() =>
      invalid(`The folder of images ${folderOfImages} does not exist.`),
    ),
    hash: hash.digest('hex'),
    bytes: truth.byteLength + list.byteLength,
  };
}

function parseObject(bytes: Buffer, path: string): Readonly<Record<string, unknown>> {
  const value = parse(bytes.toString('utf8'));
  if (isRecord(value)) return value;
  return invalid(`${path} is no JSON object of posts by id.`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function toRow(
  id: string,
  line: number,
  row: number,
  files: Files,
  options: Mmhs150kOptions,
): Promise<DataRow> {
  const raw = Object.hasOwn(files.groundTruth, id) ? files.groundTruth[id] : undefined;
  const entry = entrySchema.safeParse(raw);
  const base = { row, line, id, groups: {} };
  const fail = (code: RowProblem['code'], message: string): DataRow => ({
    ...base,
    key: keyOf([id, code]),
    content: { code, message },
    labels: undefined,
  });
  if (raw === undefined) return fail('not_in_ground_truth', 'The ground truth has no such post.');
  if (!entry.success) return fail('label_invalid', 'The entry is no post with labels from 0 to 5.');
  const names = decide(entry.data.labels, options);
  if (names === undefined) return fail('no_majority', 'No label has the majority of the annotators.');
  const path = await pathInside(files.images, `${id}.jpg`);
  const text = await textOf(id, entry.data, options);
  if (text === undefined) return fail('invalid_item', 'The file of the text in the image is none.');
  const labels: GivenLabels = { kind: 'tokens', tokens: names };
  const key = keyOf([id, text, names]);
  if (path !== undefined) return { ...base, key, labels, content: { text, image: { path } } };
  const message = 'The folder of images lacks the file of this post; --images names another.';
  return { ...base, key, labels, content: { code: 'image_unreadable', message } };
}

/** The classes of a post; undefined: it is left out. */
function decide(
  votes: readonly number[],
  { vote = 'majority', noMajority = 'exclude' }: Mmhs150kOptions,
): string[] | undefined {
  const named = LABELS.filter((_, index) => votes.includes(index + 1));
  if (vote === 'any') return named;
  const winner = votes.find((label) => 2 * votes.filter((other) => other === label).length > votes.length);
  if (winner !== undefined) return LABELS.filter((_, index) => index + 1 === winner);
  return noMajority === 'any' ? named : noMajority === 'none' ? [] : undefined;
}

/** Undefined when the file of the image's text is none. */
async function textOf(
  id: string,
  { tweet_text }: Entry,
  options: Mmhs150kOptions,
): Promise<string | undefined> {
  const text = tweet_text ?? '';
  if (!options.imageTexts) return text;
  const base = await realpath(join(options.folder, 'img_txt')).catch(() => undefined);
  const path = base && (await pathInside(base, `${id}.json`));
  // Images without any text have no file.
  if (path === undefined) return text;
  const content = await readFile(path, 'utf8').catch(() => '');
  const found = imageTextSchema.safeParse(parse(content));
  return found.success ? [text, found.data.img_text].filter(Boolean).join(' ') : undefined;
}

function keyOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}

function invalid(message: string): never {
  throw new ModerationError('invalid_configuration', message);
}
