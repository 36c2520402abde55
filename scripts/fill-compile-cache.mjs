// Makes Node.js compile what `moderate serve` loads, so that a later start need not.
//   NODE_COMPILE_CACHE=FOLDER node scripts/fill-compile-cache.mjs DIST     (the folder with the compiled bin and lib)
// The cache holds for these very paths, this version of Node.js and this user.
import module from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const ENTRIES = [
  'bin/moderate.js',
  'lib/cli/commands/serve.js',
  'lib/cli/resolve-model.js',
  'lib/convert/convert.js',
  'lib/engine/classifier.js',
  'lib/engine/run-graph.js',
  'container/main.js',
];
/** These refuse to run outside of a thread of the engine, when all that they import is compiled. */
const WORKERS = ['session', 'image', 'tokenizer', 'verify'].map(
  (name) => `lib/engine/workers/${name}-worker.js`,
);

const [dist, ...more] = process.argv.slice(2);
if (dist === undefined || more.length > 0) {
  console.error('usage: NODE_COMPILE_CACHE=FOLDER node scripts/fill-compile-cache.mjs DIST');
  process.exit(2);
}
const load = (file) => import(pathToFileURL(join(resolve(dist), file)).href);
// The command line's entry runs what it is called with.
process.argv.splice(2, 1, '--version');
for (const file of ENTRIES) await load(file);
for (const file of WORKERS) {
  await load(file).catch((error) => {
    if (!/entry of a worker thread/.test(String(error))) throw error;
  });
}
const folder = module.getCompileCacheDir?.();
console.log(`compile cache: ${folder ?? 'none: NODE_COMPILE_CACHE is not set, or Node.js is before 22.1'}`);
