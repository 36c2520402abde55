import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { RawRow } from './rows.js';

/** One object a line; empty lines are skipped. A line that is none costs only itself. */
export async function* readJsonLines(stream: Readable): AsyncGenerator<RawRow> {
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    const content = line.replace(/^\uFEFF/, '').trim();
    if (content !== '') yield parse(content);
  }
}

function parse(line: string): RawRow {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { fields: value as Record<string, unknown> };
    }
  } catch {
    // Told below.
  }
  // The line tells such rows apart; its content appears nowhere.
  return { fields: { text: line }, problem: 'The line is no JSON object.' };
}
