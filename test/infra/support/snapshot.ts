/** Templates compared with committed ones. `UPDATE_SNAPSHOTS=1 npm test -- infra/templates` writes them anew. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';

const FOLDER = join('test', 'infra', '__snapshots__');

/** Content hashes change with every file of the model; the template's shape does not. */
function scrub(template: object): object {
  return JSON.parse(JSON.stringify(template).replace(/[0-9a-f]{64}/g, 'HASH')) as object;
}

export function expectSnapshot(name: string, template: object): void {
  const path = join(FOLDER, `${name}.json`);
  const scrubbed = scrub(template);
  if (process.env['UPDATE_SNAPSHOTS'] === '1') {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(path, `${JSON.stringify(scrubbed, null, 1)}\n`);
  }
  if (!existsSync(path)) throw new Error(`${path} is missing; write it with UPDATE_SNAPSHOTS=1.`);
  expect(scrubbed).toEqual(JSON.parse(readFileSync(path, 'utf8')));
}
