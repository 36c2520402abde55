import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { hashFile } from '../../checkpoint/pack/hash-file.js';
import { ModerationError } from '../../contract/errors.js';
import type { DataPost, DataRow, RowProblem } from './data-row.js';
import type { DataSource, TableOptions } from './data-source.js';
import { type GivenLabels, parseLabel, parseLabels } from './labels.js';
import { pathInside } from './path-inside.js';
import type { RawRow } from './raw-row.js';
import { readCsv } from './read-csv.js';
import { readJsonLines } from './read-json-lines.js';

/** The names to look for, in order. */
interface Candidates {
  readonly text: readonly string[];
  readonly image: readonly string[];
  readonly id: readonly string[];
  readonly labels: readonly string[];
  readonly groups: readonly string[];
}

/**
 * Opens CSV with a header line, or JSON Lines.
 *
 * @throws ModerationError `invalid_configuration` when the file cannot be read or lacks the columns
 */
export async function openTable(options: TableOptions): Promise<DataSource> {
  const { file, format } = options;
  const totalBytes = await sizeOf(file);
  const base = await folderOf(options.images ?? dirname(file));
  const names = candidatesOf(options);
  const stream = createReadStream(file);
  const hash = createHash('sha256');
  stream.on('data', (chunk) => hash.update(chunk));
  stream.pause();
  const checkHeader = (header: readonly string[]) => missingColumns(header, names);
  const raw = format === 'csv' ? readCsv(stream, { file, checkHeader }) : readJsonLines(stream);
  return {
    name: basename(file),
    totalBytes,
    get bytesRead() {
      return stream.bytesRead;
    },
    async sha256() {
      if (stream.readableEnded) return hash.copy().digest('hex');
      stream.destroy();
      return (await hashFile(file)).sha256;
    },
    async *[Symbol.asyncIterator]() {
      let row = 0;
      for await (const one of raw) yield await toRow(one, ++row, names, base);
    },
  };
}

function candidatesOf({ columns = {}, groupColumns = [] }: TableOptions): Candidates {
  const pick = (given: string | undefined, usual: readonly string[]) =>
    given === undefined ? usual : [given];
  return {
    text: pick(columns.text, ['text']),
    image: pick(columns.image, ['image_path', 'image']),
    id: pick(columns.id, ['id']),
    labels: pick(columns.labels, ['labels', 'label']),
    groups: groupColumns,
  };
}

function missingColumns(header: readonly string[], names: Candidates): string | undefined {
  const lacks = (wanted: readonly string[]) => !wanted.some((name) => header.includes(name));
  const missing: string[] = [];
  if (lacks([...names.text, ...names.image]))
    missing.push(`${quoted([...names.text, ...names.image])} (--text-column, --image-column)`);
  if (lacks(names.labels)) missing.push(`${quoted(names.labels)} (--labels-column)`);
  for (const group of names.groups) if (lacks([group])) missing.push(`${quoted([group])} (--group-column)`);
  return missing.length === 0 ? undefined : `expected ${missing.join(' and ')}.`;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(' or ');
}

async function toRow(raw: RawRow, row: number, names: Candidates, base: string): Promise<DataRow> {
  const { fields, line, problem } = raw;
  const id = idOf(first(fields, names.id)?.value);
  const labels = first(fields, names.labels);
  const groups = groupsOf(fields, names.groups);
  const post = [first(fields, names.text)?.value, first(fields, names.image)?.value, fields['image_base64']];
  const key = createHash('sha256')
    .update(JSON.stringify([post, fields['image_url'], id, labels?.value, groups, problem]))
    .digest('hex')
    .slice(0, 16);
  const given = labels === undefined || labels.value === null ? undefined : labelsOf(labels);
  const content =
    problem === undefined
      ? (labelProblem(labels?.value, given) ?? (await contentOf(fields, names, base)))
      : trouble('invalid_item', problem);
  return { row, line, key, id, content, labels: given, groups };
}

function labelProblem(value: unknown, given: GivenLabels | undefined): RowProblem | undefined {
  if (value === undefined || value === null) {
    return trouble('label_missing', 'The row says nothing about its labels.');
  }
  if (given !== undefined) return undefined;
  return trouble('label_invalid', 'The labels are in no form that is known.');
}

async function contentOf(
  fields: RawRow['fields'],
  names: Candidates,
  base: string,
): Promise<DataPost | RowProblem> {
  const text = first(fields, names.text)?.value ?? null;
  const image = first(fields, names.image)?.value;
  const { image_base64: base64, image_url: url } = fields;
  if (text !== null && typeof text !== 'string') return trouble('invalid_item', 'The text is no string.');
  if (present(url)) return trouble('image_url_unsupported', 'Nothing fetches image_url.');
  if (present(image) && present(base64)) {
    return trouble('invalid_item', 'There are two images: a path and base64.');
  }
  if (present(base64)) {
    if (typeof base64 === 'string') return { text, image: { base64 } };
    return trouble('invalid_item', 'image_base64 is no string.');
  }
  if (!present(image)) return { text, image: null };
  const path = typeof image === 'string' ? await pathInside(base, image) : undefined;
  if (path !== undefined) return { text, image: { path } };
  return trouble('image_unreadable', 'The image is no file in the folder of images; --images names another.');
}

function labelsOf({ name, value }: { name: string; value: unknown }): GivenLabels | undefined {
  return name === 'label' ? parseLabel(value) : parseLabels(value);
}

/** The first of the names that the row has. */
function first(fields: RawRow['fields'], names: readonly string[]) {
  const name = names.find((candidate) => fields[candidate] !== undefined);
  return name === undefined ? undefined : { name, value: fields[name] };
}

/** Several groups stand in an array, or between vertical bars. */
function groupsOf(fields: RawRow['fields'], names: readonly string[]): DataRow['groups'] {
  const groups: Record<string, readonly string[]> = {};
  for (const name of names) {
    const values = [fields[name]]
      .flat()
      .filter((value) => ['string', 'number', 'boolean'].includes(typeof value));
    const members = values.flatMap((value) => String(value).split('|')).map((value) => value.trim());
    const named = members.filter((value) => value !== '');
    if (named.length > 0) groups[name] = named;
  }
  return groups;
}

function idOf(value: unknown): string | undefined {
  const id = typeof value === 'number' ? String(value) : value;
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** CSV has no null: an empty field is an absent one. */
function present(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function trouble(code: RowProblem['code'], message: string): RowProblem {
  return { code, message };
}

async function folderOf(folder: string): Promise<string> {
  return realpath(resolve(folder)).catch(() => invalid(`The folder of images ${folder} does not exist.`));
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch((cause: NodeJS.ErrnoException) =>
    invalid(`${file} cannot be read (${cause.code}).`),
  );
  return found.isFile() ? found.size : invalid(`${file} is no regular file.`);
}

function invalid(message: string): never {
  throw new ModerationError('invalid_configuration', message);
}
