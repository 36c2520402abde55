import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of the page, as it is sent. */
export interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
  /** An entity tag: the page is checked at each load, and sent only when it changed. */
  readonly tag: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.jpg': 'image/jpeg',
};

const folder = join(dirname(fileURLToPath(import.meta.url)), 'page');

/** Every file that a browser may ask for, by path. Read once: what is not in this table does not exist. */
export function readAssets(): ReadonlyMap<string, Asset> {
  const assets = new Map<string, Asset>();
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (TYPES[extname(path)] === undefined) continue;
    assets.set(`/playground/${path.replaceAll('\\', '/')}`, read(join(folder, path)));
  }
  // The parser that `moderate predict` uses, in the package's own build for browsers.
  const parser = createRequire(import.meta.url).resolve('csv-parse/browser/esm/sync');
  assets.set('/playground/batch/csv-parse.js', read(parser));
  const page = assets.get('/playground/index.html');
  if (page) assets.set('/', page);
  return assets;
}

function read(file: string): Asset {
  const bytes = readFileSync(file);
  const tag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`;
  return { type: TYPES[extname(file)] ?? 'application/octet-stream', bytes, tag };
}
