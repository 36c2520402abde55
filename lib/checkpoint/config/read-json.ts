import { join } from 'node:path';
import type { z } from 'zod';
import type { Findings } from '../findings.js';
import { replaceNonFinite } from '../json.js';
import { readSmallText, type UnreadableFile } from '../small-text.js';

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
  if (text === undefined) return undefined;
  const value = parse(text, name, findings, options.nonFinite ?? 'refuse');
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
    const { message, missing } = error as UnreadableFile;
    if (!missing) findings.add(`${name} ${message}`);
    return undefined;
  }
}

function parse(text: string, name: string, findings: Findings, nonFinite: 'refuse' | 'null'): unknown {
  const value = tryParse(text);
  if (value !== undefined) return value;
  const { json, found } = replaceNonFinite(text);
  const finite = found.length > 0 ? tryParse(json) : undefined;
  if (finite !== undefined && nonFinite === 'null') return finite;
  findings.add(
    finite === undefined
      ? `${name} is no valid JSON`
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
