/** Policy files, from disk to what a server may apply. */
import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { ModerationError } from '../../contract/errors.js';
import { POLICY_FILE, type Policy, policySchema } from '../../contract/policy.js';
import { Findings, quote } from '../findings.js';
import { duplicateKeys } from '../json.js';
import { decodeText, readSmallFile, readSmallFileSync, UnreadableFile } from '../small-text.js';
import { misfits, type PolicyModel } from './misfits.js';

/** A policy of five classes has 3 kB; this leaves room for hundreds of classes. */
const MAX_POLICY_BYTES = 1024 * 1024;
/** The root, `byModality`, a combination, a class and its band. */
const DEPTH = 5;

/** A file that was read as JSON. What it says is not checked yet. */
export interface PolicyFile {
  readonly path: string;
  readonly bytes: Buffer;
  /** Of the bytes, in hexadecimal digits. */
  readonly sha256: string;
  readonly value: unknown;
}

/** A policy that keeps the schema, and fits the model that it was held to. */
export interface LoadedPolicy {
  readonly policy: Policy;
  /** Of the file, in hexadecimal digits. */
  readonly sha256: string;
  readonly path: string;
}

/**
 * Reads a policy file.
 *
 * @throws ModerationError `policy_invalid` when it is missing, unreadable, too large, no JSON, or repeats a key
 */
export async function readPolicyFile(path: string): Promise<PolicyFile> {
  try {
    return toPolicyFile(path, await readSmallFile(path, MAX_POLICY_BYTES));
  } catch (error) {
    throw explain(error, path);
  }
}

/** The same at once, for constructs. */
export function readPolicyFileSync(path: string): PolicyFile {
  try {
    return toPolicyFile(path, readSmallFileSync(path, MAX_POLICY_BYTES));
  } catch (error) {
    throw explain(error, path);
  }
}

function explain(error: unknown, path: string): unknown {
  if (!(error instanceof UnreadableFile)) return error;
  const hint = error.missing ? '; expected the path of a policy file' : '';
  return new ModerationError('policy_invalid', `The policy ${path} ${error.message}${hint}.`, {
    cause: error,
  });
}

/**
 * The policy file of a model folder, where there is one. An entry of its name that cannot be read, be it a link to
 * nothing, is an error: what was meant to be applied must not be passed over.
 *
 * @throws ModerationError `policy_invalid`
 */
export async function findPolicyFile(folder: string): Promise<PolicyFile | undefined> {
  const path = join(folder, POLICY_FILE);
  try {
    await lstat(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new ModerationError('policy_invalid', `The policy ${path} cannot be read (${code}).`, {
      cause: error,
    });
  }
  return readPolicyFile(path);
}

function toPolicyFile(path: string, bytes: Buffer): PolicyFile {
  const text = decodeText(bytes);
  const value = parse(text);
  if (value === undefined)
    throw new ModerationError('policy_invalid', `The policy ${path} is no valid JSON.`);
  const duplicates = [...new Set(duplicateKeys(text, DEPTH))];
  if (duplicates.length > 0) {
    throw new ModerationError(
      'policy_invalid',
      `The policy ${path} has keys twice in one object: ${quote(duplicates)}. Which one counts would be a guess.`,
    );
  }
  return { path, bytes, sha256: createHash('sha256').update(bytes).digest('hex'), value };
}

/**
 * The policy of a file.
 *
 * @param model what it must have been made for. @default any model
 * @throws ModerationError `policy_invalid`, listing everything that breaks the schema or does not fit the model
 */
export function acceptPolicy({ path, sha256, value }: PolicyFile, model?: PolicyModel): LoadedPolicy {
  const findings = new Findings();
  const parsed = policySchema.safeParse(value);
  for (const { path: place, message } of parsed.error?.issues ?? []) {
    findings.add([place.map(String).join('.') || 'the policy', `${message}${got(value, place)}`].join(': '));
  }
  if (model !== undefined) for (const misfit of misfits(value, model)) findings.add(misfit);
  findings.raise('policy_invalid', `The policy ${path} cannot be applied`);
  if (!parsed.success) throw new RangeError('An issue without a finding.');
  return { policy: parsed.data, sha256, path };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no JSON text has this value
  }
}

/** What stands at a place, where that is short. */
function got(value: unknown, place: readonly PropertyKey[]): string {
  let found: unknown = value;
  for (const key of place) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return '; got nothing';
    found = (found as Record<PropertyKey, unknown>)[key];
  }
  return typeof found === 'object' && found !== null ? '' : `; got ${quote(found)}`;
}
