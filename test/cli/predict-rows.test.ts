import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { isProblem, openRows, type Row, type RowOptions } from '../../lib/cli/predict/rows.js';
import { pathOf } from '../../lib/client/post.js';
import { temporaryFolder } from '../checkpoint/support/temporary-folder.js';
import { fixture } from '../support/project-root.js';

const columns = { text: 'text', image: 'image', id: 'id' };

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  await copyFile(fixture('images', 'png-gradient.png'), join(folder, 'photo.png'));
});

async function read(name: string, content: string, options: Partial<RowOptions> = {}): Promise<Row[]> {
  const file = join(folder, name);
  await writeFile(file, content);
  const rows: Row[] = [];
  for await (const row of await openRows({ file, columns, ...options })) rows.push(row);
  return rows;
}

const contents = (rows: readonly Row[]) => rows.map(({ content }) => content);
const codes = (rows: readonly Row[]) => rows.map(({ content }) => isProblem(content) && content.code);

describe('CSV', () => {
  test('gives a row for each record: quotes, line breaks and a byte order mark are understood', async () => {
    const rows = await read('a.csv', '\uFEFFid,text\n1,"a, ""b""\nc"\n\n2,plain\r\n');
    expect(contents(rows)).toEqual([
      { id: '1', text: 'a, "b"\nc' },
      { id: '2', text: 'plain' },
    ]);
    expect(rows.map(({ number }) => number)).toEqual([1, 2]);
  });

  test('may name its columns otherwise, and have others', async () => {
    const rows = await read('a.csv', 'body,label,key\nhello,1,k\n', {
      columns: { text: 'body', image: 'picture', id: 'key' },
    });
    expect(contents(rows)).toEqual([{ id: 'k', text: 'hello' }]);
  });

  test('a record of the wrong length costs only itself', async () => {
    const rows = await read('a.csv', 'id,text\n1,a,b\n2,fine\n3\n');
    expect(codes(rows)).toEqual(['invalid_item', false, 'invalid_item']);
  });

  test('without a column of posts is refused, with the columns that it has', async () => {
    await expect(read('a.csv', 'name,label\na,b\n')).rejects.toThrow(
      /the columns name, label; expected "text"/,
    );
  });

  test('a quotation mark that is never closed is told with its line, not with its content', async () => {
    const reading = read('a.csv', 'id,text\n1,fine\n2,"secret\n3,more\n');
    await expect(reading).rejects.toMatchObject({ code: 'invalid_configuration' });
    await expect(reading).rejects.toThrow(/malformed \(CSV_QUOTE_NOT_CLOSED\)/);
    await expect(reading).rejects.not.toThrow(/secret/);
  });
});

describe('JSON Lines', () => {
  test('gives a row for each line; a line that is no object costs only itself', async () => {
    const rows = await read('a.jsonl', '{"text":"a","id":7}\n\n[1]\n{"text":\n{"text":"b","label":3}');
    expect(contents(rows).slice(0, 1)).toEqual([{ id: '7', text: 'a' }]);
    expect(codes(rows)).toEqual([false, 'invalid_item', 'invalid_item', false]);
  });

  test('images come as base64 or as the path of a file', async () => {
    const [inline, path] = await read('a.jsonl', '{"image_base64":"AAEC"}\n{"image":"photo.png"}\n');
    expect(inline?.content).toEqual({ image: { base64: 'AAEC' } });
    const image = path !== undefined && !isProblem(path.content) && path.content.image;
    expect(pathOf(image as object)).toMatch(/photo\.png$/);
  });

  test('what would go unjudged is an error: a URL, or a second image', async () => {
    const rows = await read(
      'a.jsonl',
      '{"text":"a","image_url":"http://x"}\n{"image":"photo.png","image_base64":"AAEC"}\n',
    );
    expect(codes(rows)).toEqual(['image_url_unsupported', 'invalid_item']);
  });
});

describe('a list of posts cannot send files away', () => {
  test('that lie outside the folder of images, by whatever path', async () => {
    const images = join(folder, 'images');
    await mkdir(images);
    await symlink(join(folder, 'photo.png'), join(images, 'link.png'));
    await copyFile(join(folder, 'photo.png'), join(images, 'inside.png'));
    const paths = ['../photo.png', join(folder, 'photo.png'), 'link.png', 'none.png', '.', 'inside.png'];
    const rows = await read('a.jsonl', paths.map((image) => JSON.stringify({ image })).join('\n'), {
      images,
    });
    expect(codes(rows)).toEqual([...Array(5).fill('image_unreadable'), false]);
  });
});

test('rows of different content have different keys, the same rows the same', async () => {
  const keys = async (content: string) => (await read('a.jsonl', content)).map(({ key }) => key);
  const [a, b, c] = await keys('{"text":"a"}\n{"text":"b"}\n{"text":"a","id":"1"}\n');
  expect(new Set([a, b, c]).size).toBe(3);
  expect(await keys('{ "text": "a" }\n')).toEqual([a]);
});

test('a file of neither format, or none at all, is refused', async () => {
  await expect(read('a.txt', '')).rejects.toThrow(/neither the extension .csv nor .jsonl/);
  expect(await read('a.txt', '{"text":"a"}', { format: 'jsonl' })).toHaveLength(1);
  await expect(openRows({ file: join(folder, 'none.csv'), columns })).rejects.toThrow(/ENOENT/);
  await expect(
    openRows({ file: join(folder, 'a.txt'), format: 'csv', images: '/none', columns }),
  ).rejects.toThrow(/folder of images/);
});
