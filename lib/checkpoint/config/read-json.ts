import { join } from 'node:path';
import type { z } from 'zod';
import type { Findings } from '../findings.js';
import { replaceNonFinite } from '../json.js';
import { decodeText, readSmallFileSync, readSmallText, UnreadableFile } from '../small-text.js';

/** The published configs have 50 kB at most (a tokenizer_config.json with its added tokens). */
const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

export interface ReadJsonOptions {
  /**
   * What to do with NaN, Infinity and -Infinity, which Python writes though JSON has no such values: `refuse`, or
   * read them as null. Default: `refuse`.
   */
  readonly nonFinite?: 'refuse' | 'null';
}

/**
 * Reads and checks one JSON file of a checkpoint.
 *
 * @returns undefined when there is no such file, or when it is bad, which then stands in `findings`
 */
export async function readJson<Schema extends z.ZodType>(
  folder: string,
  name: string,
  schema: Schema,
  findings: Findings,
  options: ReadJsonOptions = {},
): Promise<z.output<Schema> | undefined> {
  const text = await readText(join(folder, name), name, findings);
  return text === undefined ? undefined : check(text, name, schema, findings, options);
}

/** The same at once, for constructs. */
export function readJsonSync<Schema extends z.ZodType>(
  folder: string,
  name: string,
  schema: Schema,
  findings: Findings,
  options: ReadJsonOptions = {},
): z.output<Schema> | undefined {
  try {
    const text = decodeText(readSmallFileSync(join(folder, name), MAX_CONFIG_BYTES));
    return check(text, name, schema, findings, options);
  } catch (error) {
    return unreadable(error, name, findings);
  }
}

function check<Schema extends z.ZodType>(
  text: string,
  name: string,
  schema: Schema,
  findings: Findings,
  { nonFinite = 'refuse' }: ReadJsonOptions,
): z.output<Schema> | undefined {
  const value = parse(text, name, findings, nonFinite);
  if (value === undefined) return undefined;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    findings.add([name, ...issue.path.map(String), issue.message].join(': '));
  }
  return undefined;
}

async function readText(path: string, name: string, findings: Findings): Promise<string | undefined> {
  try {
    return await readSmallText(path, MAX_CONFIG_BYTES);
  } catch (error) {
    return unreadable(error, name, findings);
  }
}

function unreadable(error: unknown, name: string, findings: Findings): undefined {
  if (!(error instanceof UnreadableFile)) throw error;
  if (!error.missing) findings.add(`${name} ${error.message}`);
  return undefined;
}

function parse(text: string, name: string, findings: Findings, nonFinite: 'refuse' | 'null'): unknown {
  const value = tryParse(text);
  if (value !== undefined) return value;
  const { json, found } = replaceNonFinite(text);
  const finite = found.length > 0 ? tryParse(json) : undefined;
  if (finite !== undefined && nonFinite === 'null') return finite;
  findings.add(
    finite === undefined
      ? `${name} is not valid JSON`
      : `${name} holds ${found.join(', ')}: Python writes such values, JSON has none; replace them by numbers`,
  );
  return undefined;
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no JSON text has this value
  }
}
