import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { policyFor, type ServedPolicy } from '../../../container/policy.js';
import { MANIFEST_FILE, manifestSchema } from '../../../lib/checkpoint/manifest.js';
import { manifestHash } from '../../../lib/checkpoint/pack/write-manifest.js';
import { FakeEngine } from './fake-engine.js';

const rule = (threshold: number, from: number, to: number | null) => ({ threshold, review: { from, to } });

/** What a policy file for the fake engine says. A text's length over 100 is its `red`, an image's bytes its `green`. */
export function policyValue(fields: object = {}) {
  return {
    format: 1,
    name: 'paper policy',
    created: '2026-03-01T09:00:00Z',
    pack: 'f'.repeat(64),
    data: '0'.repeat(64),
    method: 'by hand',
    classes: { red: rule(0.4, 0.3, 0.6), green: rule(0.25, 0.25, 0.25), blue: rule(0.9, 0.8, null) },
    ...fields,
  };
}

export const CLASS_RULE = rule;

/** A policy as the server holds it. */
export function servedPolicy(fields: object = {}): ServedPolicy {
  const value = policyValue(fields);
  const bytes = Buffer.from(JSON.stringify(value));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return policyFor({ path: 'policy.json', bytes, sha256, value }, new FakeEngine());
}

/** Writes a policy with one rule for all classes beside a pack, and gives its path. */
export async function writePolicyFor(packFolder: string, everyClass: object): Promise<string> {
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(packFolder, MANIFEST_FILE), 'utf8')));
  const classes = Object.fromEntries(manifest.classNames.map((name) => [name, everyClass]));
  const path = join(packFolder, 'made-up-policy.json');
  await writeFile(path, JSON.stringify(policyValue({ pack: manifestHash(manifest), classes })));
  return path;
}
