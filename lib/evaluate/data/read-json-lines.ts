import type { Readable } from 'node:stream';
import { linesOf } from '../../contract/lines.js';
import { isRecord } from '../../contract/record.js';
import type { RawRow } from './raw-row.js';

/** One object a line; empty lines are skipped. A line that is none costs only itself. */
export async function* readJsonLines(stream: Readable): AsyncGenerator<RawRow> {
  let number = 0;
  for await (const line of linesOf(stream)) {
    number += 1;
    const content = line.replace(/^\uFEFF/, '').trim();
    if (content !== '') yield parse(content, number);
  }
}

function parse(content: string, line: number): RawRow {
  try {
    const value: unknown = JSON.parse(content);
    if (isRecord(value)) return { fields: value, line };
  } catch {
    // Told below.
  }
  // The line tells such rows apart; its content appears nowhere.
  return { fields: { text: content }, line, problem: 'The line is no JSON object.' };
}
