// Takes out of an image's node_modules what the image never loads: development packages, what only install scripts
// need, binaries for other platforms, sources and documents.
//   node scripts/prune-packages.mjs FOLDER     (the folder with package.json and node_modules)
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Dependencies that no command of the image loads, by the package that declares them. */
const NOT_LOADED = {
  'onnxruntime-node': ['adm-zip', 'global-agent'],
};
const NEEDLESS_FILE =
  /\.(d\.[cm]?ts|[cm]?ts|map|md|markdown|flow|tsbuildinfo|cc|cpp|c|h|hpp|gyp|gypi|pdb|yml)$|^\.(npmignore|eslintrc|editorconfig|nycrc)/i;
const LICENCE = /^(licen[cs]e|notice|copying|third[-_]?party)/i;
const NEEDLESS_FOLDER = /^(__tests__|tests?|docs?|examples?|benchmarks?|\.github)$/;

const root = resolve(process.argv[2] ?? '');
const modules = join(root, 'node_modules');
if (process.argv.length !== 3 || !existsSync(join(root, 'package.json')) || !existsSync(modules)) {
  console.error('usage: node scripts/prune-packages.mjs FOLDER   (with package.json and node_modules)');
  process.exit(2);
}

const before = size(modules);
const loaded = new Set();
follow(root, '');
for (const folder of packagesIn(modules)) if (!holdsLoaded(folder)) remove(folder);
for (const folder of loaded) clean(folder, true);
otherPlatforms(join(modules, 'onnxruntime-node', 'bin', 'napi-v6'));
removeIfPresent('.bin', '.package-lock.json');
console.log(`prune: ${mb(before)} MB of packages, ${mb(size(modules))} MB in ${loaded.size} kept`);

/** Marks the packages that the one in `folder` depends on. */
function follow(folder, name) {
  const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  for (const wanted of Object.keys({ ...peerDependencies, ...optionalDependencies, ...dependencies })) {
    if (NOT_LOADED[name]?.includes(wanted)) continue;
    const found = locate(wanted, folder);
    if (found === undefined || loaded.has(found)) continue;
    loaded.add(found);
    follow(found, wanted);
  }
}

/** The folder in which Node.js finds a package for code in `folder`; undefined for one that is not installed. */
function locate(name, folder) {
  for (let at = folder; at.length >= root.length; at = dirname(at)) {
    const path = join(at, 'node_modules', name);
    if (existsSync(join(path, 'package.json'))) return path;
  }
  return undefined;
}

function* packagesIn(folder) {
  for (const name of readdirSync(folder)) {
    if (name.startsWith('@'))
      for (const inner of readdirSync(join(folder, name))) yield join(folder, name, inner);
    else if (!name.startsWith('.')) yield join(folder, name);
  }
}

function holdsLoaded(folder) {
  return loaded.has(folder) || [...loaded].some((path) => path.startsWith(`${folder}/`));
}

/** Removes needless files; needless folders only beside package.json, where their names mean what they say. */
function clean(folder, isPackage) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
      if (isPackage && NEEDLESS_FOLDER.test(name)) remove(path);
      else if (name !== 'node_modules') clean(path, false);
    } else if (NEEDLESS_FILE.test(name) && !LICENCE.test(name)) {
      remove(path);
    }
  }
}

function otherPlatforms(platforms) {
  for (const platform of readdirSync(platforms)) {
    for (const arch of readdirSync(join(platforms, platform))) {
      if (platform !== process.platform || arch !== process.arch) remove(join(platforms, platform, arch));
    }
    if (readdirSync(join(platforms, platform)).length === 0) remove(join(platforms, platform));
  }
}

function removeIfPresent(...names) {
  for (const name of names) remove(join(modules, name));
  for (const name of readdirSync(modules)) {
    if (name.startsWith('@') && readdirSync(join(modules, name)).length === 0) remove(join(modules, name));
  }
}

function remove(path) {
  rmSync(path, { recursive: true, force: true });
}

function size(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  return stat.isDirectory()
    ? readdirSync(path).reduce((sum, name) => sum + size(join(path, name)), 0)
    : stat.size;
}

function mb(bytes) {
  return (bytes / 1e6).toFixed(0);
}
