import { createHash } from 'node:crypto';
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { type DataRow, isRowProblem, ROW_CODES } from '../../lib/evaluate/data/data-row.js';
import { labelNames, parseLabel, parseLabels, resolveLabels } from '../../lib/evaluate/data/labels.js';
import { type DataOptions, openData } from '../../lib/evaluate/data/open-data.js';
import { temporaryFolder } from '../checkpoint/support/temporary-folder.js';
import { fixture } from '../support/project-root.js';

const CLASSES = ['racist', 'sexist', 'homophobe', 'religion', 'otherhate'];

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  await copyFile(fixture('images', 'png-gradient.png'), join(folder, 'photo.png'));
});

async function rowsOf(options: DataOptions): Promise<DataRow[]> {
  const rows: DataRow[] = [];
  for await (const row of await openData(options)) rows.push(row);
  return rows;
}

async function read(name: string, content: string, options: Partial<DataOptions> = {}): Promise<DataRow[]> {
  const path = join(folder, name);
  await writeFile(path, content);
  return rowsOf({ path, ...options });
}

const codes = (rows: readonly DataRow[]) =>
  rows.map(({ content }) => (isRowProblem(content) ? content.code : ''));

function namesOf(row: DataRow | undefined): readonly string[] | string {
  if (row?.labels === undefined) return 'no labels';
  const truth = resolveLabels(row.labels, CLASSES);
  return typeof truth === 'string' ? truth : labelNames(truth, CLASSES);
}

describe('labels', () => {
  test.each([
    ['', []],
    ['racist', ['racist']],
    [' racist , otherhate ', ['racist', 'otherhate']],
    ["['sexist', 'religion']", ['sexist', 'religion']],
    ["('sexist',)", ['sexist']],
    ['["sexist"]', ['sexist']],
    ['[]', []],
    ['[1, 0, 0, 0, 1]', ['racist', 'otherhate']],
    ['[1. 0. 0. 0. 1.]', ['racist', 'otherhate']],
    ['0,1,0,0,0', ['sexist']],
    [
      ['racist', 'religion'],
      ['racist', 'religion'],
    ],
    [[0, 0, 0, 1, 0], ['religion']],
    [[false, false, true, false, false], ['homophobe']],
    [{ racist: 1, sexist: 0 }, ['racist']],
  ])('%j are %j', (cell, expected) => {
    const given = parseLabels(cell);
    const truth = given && resolveLabels(given, CLASSES);
    expect(truth instanceof Uint8Array && labelNames(truth, CLASSES)).toEqual(expected);
  });

  test.each([['unheard-of'], ['1,0'], ['2,0,0,0,0'], [[0, 1]], ['1']])(
    '%j are none of the classes',
    (cell) => {
      const given = parseLabels(cell);
      expect(given && resolveLabels(given, CLASSES)).toMatch(/neither names of classes/);
    },
  );

  test.each([['[a, [b]]'], ['{racist}'], [[{}]], [{ racist: 'yes' }], [true]])(
    '%j are in no known form',
    (cell) => {
      expect(parseLabels(cell)).toBeUndefined();
    },
  );

  test.each([
    ['1', true],
    [0, false],
    ['0.0', false],
    [true, true],
  ])('the label %j tells only whether a post is harmful', (cell, harmful) => {
    expect(parseLabel(cell)).toEqual({ kind: 'binary', harmful });
  });

  test('a label may be the name of a class, and an empty one is none', () => {
    expect(parseLabel('sexist')).toEqual({ kind: 'tokens', tokens: ['sexist'] });
    expect(parseLabel('')).toBeUndefined();
  });
});

describe('CSV', () => {
  test("has the original's columns; an empty cell of labels is no label", async () => {
    const rows = await read(
      'a.csv',
      'text,image_path,labels\nhello,photo.png,"racist,sexist"\n"two\nlines",,\nend,,\n',
    );
    expect(rows.map(namesOf)).toEqual([['racist', 'sexist'], [], []]);
    expect(rows.map(({ row, line }) => [row, line])).toEqual([
      [1, 2],
      [2, 3],
      [3, 5],
    ]);
    expect(rows[0]?.content).toEqual({
      text: 'hello',
      image: { path: expect.stringMatching(/photo\.png$/) },
    });
  });

  test('problems cost only their rows, each with its code and its line', async () => {
    await mkdir(join(folder, 'inner'));
    await symlink('/etc/hostname', join(folder, 'inner', 'link.png'));
    const rows = await read(
      'inner/a.csv',
      [
        'text,image_path,labels',
        'fine,,racist',
        'too,many,fields,here',
        'up,../photo.png,',
        'absolute,/etc/hostname,',
        'a link,link.png,',
        'gone,none.png,',
        'bad labels,,[racist',
      ].join('\n'),
    );
    expect(codes(rows)).toEqual([
      '',
      'invalid_item',
      'image_unreadable',
      'image_unreadable',
      'image_unreadable',
      'image_unreadable',
      'label_invalid',
    ]);
    expect(rows.map(({ line }) => line)).toEqual([2, 3, 4, 5, 6, 7, 8]);
    expect(codes(rows).filter((code) => code !== '' && !Object.hasOwn(ROW_CODES, code))).toEqual([]);
  });

  test('an absolute path inside the folder of images is taken', async () => {
    const rows = await read('a.csv', `text,image_path,label\n,${join(folder, 'photo.png')},1\n`);
    expect(codes(rows)).toEqual(['']);
  });

  test('names the columns that are missing, and how to name yours', async () => {
    await expect(read('a.csv', 'text,target\na,1\n')).rejects.toThrow(
      /"labels" or "label" \(--labels-column\)/,
    );
    await expect(read('a.csv', 'text,label\na,1\n', { groupColumns: ['lang'] })).rejects.toThrow(/"lang"/);
  });

  test('columns may have other names, and some tell groups', async () => {
    const rows = await read('a.csv', 'body,target,lang,about\nhi,sexist,en,x|y\nho,,,\n', {
      columns: { text: 'body', labels: 'target' },
      groupColumns: ['lang', 'about'],
    });
    expect(rows.map(({ groups }) => groups)).toEqual([{ lang: ['en'], about: ['x', 'y'] }, {}]);
    expect(namesOf(rows[0])).toEqual(['sexist']);
  });
});

test('JSON Lines hold paths, base64, names, vectors and labels of 0 and 1', async () => {
  const rows = await read(
    'a.jsonl',
    [
      { text: 'a', image: 'photo.png', labels: ['racist'], id: 7 },
      { text: 'b', image_path: 'photo.png', labels: [0, 1, 0, 0, 0] },
      { image_base64: 'AAAA', label: 1 },
      { text: 'd' },
      { text: 'e', labels: null },
      { text: 'f', labels: { racist: 'yes' } },
      { text: 'g', labels: [], image_url: 'http://example.org/a.png' },
      { text: 5, labels: [] },
    ]
      .map((row) => JSON.stringify(row))
      .concat('no json')
      .join('\n'),
  );
  expect(codes(rows)).toEqual([
    '',
    '',
    '',
    'label_missing',
    'label_missing',
    'label_invalid',
    'image_url_unsupported',
    'invalid_item',
    'invalid_item',
  ]);
  expect(rows[0]?.id).toBe('7');
  expect(rows.slice(0, 2).map(namesOf)).toEqual([['racist'], ['sexist']]);
  expect(rows[2]?.labels).toEqual({ kind: 'binary', harmful: true });
});

test.each([['csv'], ['jsonl']])(
  'the hash is that of the file (%s), also when not all of it is read',
  async (format) => {
    const lines = Array.from({ length: 5000 }, (_, index) =>
      format === 'csv' ? `post ${index},` : JSON.stringify({ text: `post ${index}`, labels: [] }),
    );
    const content = (format === 'csv' ? ['text,labels', ...lines] : lines).join('\n');
    const path = join(folder, `a.${format}`);
    await writeFile(path, content);
    const expected = createHash('sha256').update(content).digest('hex');
    for (const limit of [undefined, 3]) {
      const source = await openData({ path, limit });
      let count = 0;
      for await (const _ of source) count += 1;
      expect(count).toBe(limit ?? 5000);
      expect(await source.sha256()).toBe(expected);
    }
  },
);

describe('MMHS150K', () => {
  beforeEach(async () => {
    const post = (labels: number[]) => ({
      tweet_text: 'made up',
      labels,
      labels_str: [],
      img_url: '',
      tweet_url: '',
    });
    const truth = {
      11: post([0, 0, 1]),
      12: post([2, 2, 0]),
      13: post([1, 5, 0]),
      14: post([4, 4, 4]),
      15: { labels: [9] },
      16: post([3, 3, 3]),
    };
    for (const name of ['img_resized', 'splits', 'img_txt']) await mkdir(join(folder, name));
    await writeFile(join(folder, 'MMHS150K_GT.json'), JSON.stringify(truth));
    await writeFile(join(folder, 'splits', 'test_ids.txt'), '11\n12\n13\n14\n15\n17\n16\n');
    await writeFile(join(folder, 'img_txt', '12.json'), '{"img_text": "read in it"}');
    for (const id of [11, 12, 13, 14]) {
      await copyFile(join(folder, 'photo.png'), join(folder, 'img_resized', `${id}.jpg`));
    }
  });

  test('has the majority of its annotators, and tells what has none', async () => {
    const rows = await rowsOf({ path: folder });
    expect(codes(rows)).toEqual([
      '',
      '',
      'no_majority',
      '',
      'label_invalid',
      'not_in_ground_truth',
      'image_unreadable',
    ]);
    expect([0, 1, 3].map((index) => namesOf(rows[index]))).toEqual([[], ['sexist'], ['religion']]);
    expect(rows.map(({ id }) => id)).toEqual(['11', '12', '13', '14', '15', '17', '16']);
  });

  test('without a majority takes every class that was named, or none, if told so', async () => {
    const third = async (noMajority: 'any' | 'none') =>
      namesOf((await rowsOf({ path: folder, noMajority }))[2]);
    expect(await third('any')).toEqual(['racist', 'otherhate']);
    expect(await third('none')).toEqual([]);
  });

  test("may count every annotator's label, as the original's files do, and add the texts of images", async () => {
    const rows = await rowsOf({ path: join(folder, 'MMHS150K_GT.json'), vote: 'any', imageTexts: true });
    expect(rows.slice(0, 4).map(namesOf)).toEqual([
      ['racist'],
      ['sexist'],
      ['racist', 'otherhate'],
      ['religion'],
    ]);
    expect(rows[1]?.content).toMatchObject({ text: 'made up read in it' });
  });

  test('names the file that is missing', async () => {
    await expect(rowsOf({ path: folder, split: 'val' })).rejects.toThrow(/val_ids\.txt cannot be read/);
  });
});
