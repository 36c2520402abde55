/**
 * The header of a safetensors file: an unsigned 64-bit length, then that many bytes of JSON, which maps each tensor's
 * name to its dtype, shape and byte range. The ranges must cover the rest of the file without gap or overlap.
 * Format: the README of huggingface/safetensors.
 */
import { isRecord } from '../../contract/record.js';
import { elementCount } from '../../numeric/element-count.js';
import { Findings, quote } from '../findings.js';
import { duplicateKeys } from '../json.js';
import { DTYPES, type Dtype, isDtype } from './dtype.js';

/** Bytes of the length that the file begins with. */
export const LENGTH_BYTES = 8;

/** The published headers have 54 kB for 426 tensors; this is room for 60,000, read in less than a second. */
export const MAX_HEADER_BYTES = 8 * 1024 * 1024;
export const MAX_TENSORS = 60_000;
/** PyTorch's own limit is 64; no tensor here has more than 4. */
const MAX_RANK = 8;
const MAX_NAME_LENGTH = 256;

const METADATA = '__metadata__';

/** A tensor that lies in a file. */
export interface StoredTensor {
  readonly name: string;
  readonly dtype: Dtype;
  /** Outermost dimension first; empty for a scalar. */
  readonly shape: readonly number[];
  /** Where its bytes begin, counted from the start of the file. */
  readonly byteOffset: number;
  readonly byteLength: number;
}

export interface Header {
  readonly metadata: ReadonlyMap<string, string>;
  /** By name, in the order of their bytes. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/**
 * Parses and checks a header.
 *
 * @param json the header's bytes, without the length before them
 * @param fileBytes size of the whole file
 * @param file what to call the file in the error
 * @throws ModerationError `checkpoint_invalid`, with every finding
 */
export function parseHeader(json: Uint8Array, fileBytes: number, file: string): Header {
  const findings = new Findings();
  const root = parseRoot(json, findings);
  const metadata = readMetadata(root[METADATA], findings);
  const entries = Object.entries(root).filter(([name]) => name !== METADATA);
  if (entries.length > MAX_TENSORS) {
    findings.add(`it lists ${entries.length} tensors; at most ${MAX_TENSORS} are read`);
    entries.length = 0;
  }
  const dataStart = LENGTH_BYTES + json.byteLength;
  const tensors: StoredTensor[] = [];
  for (const [name, value] of entries) {
    const tensor = readTensorEntry(name, value, dataStart, findings);
    if (tensor !== undefined) tensors.push(tensor);
  }
  tensors.sort((a, b) => a.byteOffset - b.byteOffset || a.byteLength - b.byteLength);
  if (findings.empty) checkCover(tensors, dataStart, fileBytes, findings);
  findings.raise('checkpoint_invalid', `${file} is no valid safetensors file`);
  return { metadata, tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])) };
}

function parseRoot(json: Uint8Array, findings: Findings): Record<string, unknown> {
  let text: string;
  let root: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(json);
    root = JSON.parse(text);
  } catch {
    findings.add('its header is no JSON in UTF-8');
    return {};
  }
  if (!isRecord(root)) {
    findings.add('its header is no JSON object');
    return {};
  }
  for (const key of duplicateKeys(text)) findings.add(`its header has the key ${quote(key)} twice`);
  return root;
}

function readMetadata(value: unknown, findings: Findings): Map<string, string> {
  const metadata = new Map<string, string>();
  if (value === undefined) return metadata;
  if (!isRecord(value)) {
    findings.add(`${METADATA} is no object`);
    return metadata;
  }
  for (const [key, text] of Object.entries(value)) {
    if (typeof text === 'string') metadata.set(key, text);
    else findings.add(`${METADATA} has a value that is no string under ${quote(key)}`);
  }
  return metadata;
}

function readTensorEntry(
  name: string,
  value: unknown,
  dataStart: number,
  findings: Findings,
): StoredTensor | undefined {
  const label = `tensor ${quote(name)}`;
  const before = findings.count;
  if (name === '__proto__' || name === '' || name.length > MAX_NAME_LENGTH) {
    findings.add(
      `${label}: this is no name for a tensor (1 to ${MAX_NAME_LENGTH} characters, not __proto__)`,
    );
  }
  if (!isRecord(value)) {
    findings.add(`${label}: expected an object with dtype, shape and data_offsets`);
    return undefined;
  }
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isDtype(dtype)) {
    findings.add(`${label}: unknown dtype ${quote(dtype)}; known are ${Object.keys(DTYPES).join(', ')}`);
  }
  if (!isCounts(shape) || shape.length > MAX_RANK || !Number.isSafeInteger(elementCount(shape))) {
    findings.add(`${label}: ${quote(shape)} is no shape (at most ${MAX_RANK} whole numbers of 0 or more)`);
  }
  if (!isCounts(offsets) || offsets.length !== 2) {
    findings.add(`${label}: data_offsets are ${quote(offsets)}, expected [begin, end] in bytes`);
  }
  if (findings.count > before) return undefined;

  const [begin, end] = offsets as [number, number];
  const expected = elementCount(shape as number[]) * DTYPES[dtype as Dtype];
  if (end - begin !== expected) {
    findings.add(
      `${label}: ${dtype} ${quote(shape)} takes ${expected} bytes, data_offsets give ${end - begin}`,
    );
    return undefined;
  }
  return {
    name,
    dtype: dtype as Dtype,
    shape: shape as number[],
    byteOffset: dataStart + begin,
    byteLength: end - begin,
  };
}

/** Whether the tensors, sorted by offset, follow each other without gap or overlap up to the file's end. */
function checkCover(
  tensors: readonly StoredTensor[],
  dataStart: number,
  fileBytes: number,
  findings: Findings,
): void {
  let position = dataStart;
  for (const { name, byteOffset, byteLength } of tensors) {
    if (byteOffset < position) {
      findings.add(`tensor ${quote(name)} overlaps the one before it by ${position - byteOffset} bytes`);
    } else if (byteOffset > position) {
      findings.add(`${byteOffset - position} bytes before tensor ${quote(name)} belong to no tensor`);
    }
    if (byteOffset + byteLength > fileBytes) {
      const missing = byteOffset + byteLength - fileBytes;
      findings.add(`tensor ${quote(name)} ends ${missing} bytes beyond the end of the file`);
    }
    position = Math.max(position, byteOffset + byteLength);
  }
  if (position < fileBytes)
    findings.add(`${fileBytes - position} bytes after the last tensor belong to none`);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}
