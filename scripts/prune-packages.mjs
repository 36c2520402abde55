// Takes out of a production node_modules what an image never loads: binaries for other platforms, what only install
// scripts need, sources, type declarations and documents.
//   node scripts/prune-packages.mjs NODE_MODULES
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = process.argv[2];
if (!root || !existsSync(root)) {
  console.error('usage: node scripts/prune-packages.mjs NODE_MODULES');
  process.exit(2);
}

const NEEDLESS_FILE = /\.(d\.[cm]?ts|[cm]?ts|map|md|markdown|flow|tsbuildinfo|npmignore|yml)$/i;
const NEEDLESS_FOLDER = new Set(['test', 'tests', '__tests__', 'docs', 'example', 'examples', 'benchmark', 'benchmarks', '.github']);

const before = size(root);
onnxruntimeBinaries();
visit(root);
console.log(`prune: ${mb(before)} MB of packages, ${mb(size(root))} MB kept`);

function onnxruntimeBinaries() {
  const platforms = join(root, 'onnxruntime-node', 'bin', 'napi-v6');
  if (!existsSync(platforms)) return;
  for (const platform of readdirSync(platforms)) {
    for (const arch of readdirSync(join(platforms, platform))) {
      if (platform !== process.platform || arch !== process.arch) remove(join(platforms, platform, arch));
    }
  }
}

function visit(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
      if (NEEDLESS_FOLDER.has(name)) remove(path);
      else visit(path);
    } else if (NEEDLESS_FILE.test(name)) {
      remove(path);
    }
  }
}

function remove(path) {
  rmSync(path, { recursive: true, force: true });
}

function size(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  return stat.isDirectory() ? readdirSync(path).reduce((sum, name) => sum + size(join(path, name)), 0) : stat.size;
}

function mb(bytes) {
  return (bytes / 1e6).toFixed(0);
}
