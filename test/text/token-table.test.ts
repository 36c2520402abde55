import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { float32ToFloat16 } from '../../lib/numeric/half.js';
import { writeRowChecksums } from '../../lib/text/row-checksums.js';
import { TokenTable, type TokenTableSpec } from '../../lib/text/token-table.js';

const VALUES = Float32Array.of(0.5, -1, 2, 3.25, -0.125, 8);
const SCALES = Float32Array.of(0.1, 0.25, 3);
const INTEGERS = Int8Array.of(-127, 0, 5, 127, -3, 1);
/** The table begins behind other bytes, at no multiple of anything. */
const OFFSET = 13;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'token-table-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function tableOf(dtype: TokenTableSpec['dtype'], parts: readonly ArrayBufferView[]) {
  const bytes = parts.map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
  const path = join(folder, dtype);
  await writeFile(path, Buffer.concat([Buffer.alloc(OFFSET, 0xff), ...bytes]));
  const scales = dtype === 'I8' ? OFFSET + INTEGERS.byteLength : null;
  return new TokenTable(path, { dtype, rows: 3, width: 2, offset: OFFSET, scales });
}

describe('a token table', () => {
  test.each([
    ['F32', [VALUES]],
    ['F16', [float32ToFloat16(VALUES)]],
  ] as const)('of %s gives the rows of ids, in their order', async (dtype, parts) => {
    const table = await tableOf(dtype, parts);
    expect([...table.embed(Int32Array.of(2, 0, 2))]).toEqual([-0.125, 8, 0.5, -1, -0.125, 8]);
    expect(table.embed(new Int32Array())).toHaveLength(0);
    expect([...table.embed(Int32Array.of(1))]).toEqual([2, 3.25]);
    table.close();
  });

  test('of I8 multiplies each row by its scale, in float32', async () => {
    const table = await tableOf('I8', [INTEGERS, SCALES]);
    const product = (value: number, row: number) => Math.fround(value * (SCALES[row] as number));
    expect([...table.embed(Int32Array.of(1, 0))]).toEqual([
      product(5, 1),
      product(127, 1),
      product(-127, 0),
      0,
    ]);
    table.close();
  });

  test.each([-1, 3, 2 ** 31 - 1])('has no row %i', async (id) => {
    const table = await tableOf('F32', [VALUES]);
    expect(() => table.embed(Int32Array.of(0, id))).toThrow(RangeError);
    table.close();
  });

  test('of a file that ends early says where', async () => {
    const table = await tableOf('F32', [VALUES.subarray(0, 5)]);
    expect(() => table.embed(Int32Array.of(2))).toThrow('ends before byte 33');
    table.close();
    await expect(tableOf('I8', [INTEGERS])).rejects.toThrow('ends before byte 19');
  });
});

describe('a token table with checksums', () => {
  const ROWS = 2500;
  const spec: TokenTableSpec = { dtype: 'F16', rows: ROWS, width: 3, offset: OFFSET, scales: null };
  const rowAt = (row: number) => OFFSET + row * 6;

  async function checked() {
    const path = join(folder, 'checked');
    const content = Buffer.alloc(rowAt(ROWS), 'rows of values');
    await writeFile(path, content);
    await writeRowChecksums(path, spec, `${path}.crc32`);
    return { path, content, checksums: `${path}.crc32` };
  }

  test('has the CRC-32 of every row, as zlib tells it', async () => {
    const { content, checksums } = await checked();
    const stored = await readFile(checksums);
    expect(stored).toHaveLength(4 * ROWS);
    for (const row of [0, 1, 1023, 1024, ROWS - 1]) {
      expect(stored.readUInt32LE(4 * row)).toBe(crc32(content.subarray(rowAt(row), rowAt(row + 1))));
    }
  });

  test('gives sound rows and refuses an altered one, whenever it is read', async () => {
    const { path, content, checksums } = await checked();
    const table = new TokenTable(path, spec, checksums);
    const before = [...table.embed(Int32Array.of(7, 8, 9))];
    content.writeUInt8(content.readUInt8(rowAt(8) + 5) ^ 1, rowAt(8) + 5);
    await writeFile(path, content);
    expect([...table.embed(Int32Array.of(7, 9))]).toEqual([...before.slice(0, 3), ...before.slice(6)]);
    expect(() => table.embed(Int32Array.of(7, 8, 9))).toThrow(
      expect.objectContaining({ code: 'output_invalid', message: expect.stringContaining('Row 8') }),
    );
    table.close();
  });

  test('refuses checksums of another table, and a table that ends early', async () => {
    const { path, content, checksums } = await checked();
    await writeFile(checksums, Buffer.alloc(4 * ROWS + 4));
    expect(() => new TokenTable(path, spec, checksums)).toThrow('10004 bytes, expected 10000');
    await writeFile(path, content.subarray(0, -1));
    await expect(writeRowChecksums(path, spec, checksums)).rejects.toThrow('ends within the token table');
  });

  test('is not written when the work is stopped', async () => {
    const { path } = await checked();
    const target = join(folder, 'stopped.crc32');
    await expect(writeRowChecksums(path, spec, target, AbortSignal.abort())).rejects.toThrow(/abort/i);
    await expect(readFile(target)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
