import type { Table, TableRecord } from './read-file.js';
import { problem, type Row } from './row.js';

/** Which columns hold what; undefined for none. `image_base64` is read wherever it is there. */
export interface Columns {
  readonly text: string | undefined;
  /** Names of files that were chosen along, or data URLs. */
  readonly image: string | undefined;
  readonly id: string | undefined;
}

/** The posts of a table. A row whose image is missing is a problem, never a post without an image. */
export function toRows({ records }: Table, columns: Columns, images: readonly File[]): Row[] {
  const files = new Map(images.map((file) => [file.name, file]));
  return records.map((record, index) => {
    const row = { number: index + 1, id: idOf(record, columns) };
    const content = contentOf(record, columns, files);
    return 'code' in content
      ? { ...row, text: textOf(record, columns), image: undefined, problem: content }
      : { ...row, ...content, problem: undefined };
  });
}

function contentOf(
  { fields, problem: unreadable }: TableRecord,
  columns: Columns,
  files: ReadonlyMap<string, File>,
): Pick<Row, 'text' | 'image'> | ReturnType<typeof problem> {
  if (unreadable !== undefined) return problem('invalid_item', unreadable);
  const text = present(columns.text && fields[columns.text]);
  const base64 = present(fields['image_base64']);
  const image =
    columns.image === 'image_base64' ? undefined : present(columns.image && fields[columns.image]);
  if (present(fields['image_url']) !== undefined) {
    return problem('image_url_unsupported', 'Nothing fetches image_url.');
  }
  if (text !== undefined && typeof text !== 'string')
    return problem('invalid_item', 'The text is no string.');
  if (image !== undefined && base64 !== undefined) {
    return problem('invalid_item', 'There are two images: a file and base64.');
  }
  if (base64 !== undefined) return { text, image: { base64: String(base64) } };
  if (image === undefined) return { text, image: undefined };
  if (String(image).startsWith('data:')) return { text, image: { base64: String(image) } };
  const file = files.get(baseName(String(image)));
  return file
    ? { text, image: file }
    : problem('image_unreadable', 'No chosen image file has the name that the row tells.');
}

function idOf({ fields }: TableRecord, { id }: Columns): string {
  const value = id === undefined ? undefined : fields[id];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function textOf({ fields }: TableRecord, { text }: Columns): string | undefined {
  const value = text === undefined ? undefined : fields[text];
  return typeof value === 'string' ? value : undefined;
}

/** CSV has no null: an empty field is an absent one. */
function present(value: unknown): unknown {
  return value === null || value === '' ? undefined : value;
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
