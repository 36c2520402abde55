// Brings a checkout into a runnable state: installs packages when they are missing or stale, compiles when the
// sources are newer than the last build. Does nothing, quickly, when all is current. Needs no package itself.
//   node scripts/setup.mjs [--force-build]
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const SOURCES = ['bin', 'lib', 'container', 'test', 'bench', 'examples'];
const NOT_SOURCES = new Set(['fixtures', 'node_modules', '__pycache__']);
const COPIED = /\.(html|css|svg|jpg|wasm)$|^page\..*\.js$/;

/** What runs in Node.js, and the playground's page, which runs in a browser. */
const PROJECTS = [
  { path: '.', info: '.tsbuildinfo' },
  { path: join('container', 'playground', 'page'), info: '.page.tsbuildinfo' },
];

const installStamp = join(root, 'node_modules', '.setup-stamp');
const buildStamp = join(root, 'dist', '.setup-stamp');

checkNode();
if (stale(installStamp, installKey())) install();
if (process.argv.includes('--force-build') || stale(buildStamp, buildKey())) build();

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 2) || (major === 20 && minor >= 15)) return;
  fail(
    `Node.js 20.15, 22.2 or newer is needed, this is ${process.versions.node}. Install a current LTS release.`,
  );
}

function install() {
  console.error('setup: installing packages (npm ci)');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(installStamp, installKey());
}

function build() {
  console.error('setup: compiling');
  const key = buildKey();
  for (const project of PROJECTS) {
    rmSync(join(root, 'dist', project.info), { force: true });
    run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', project.path]);
  }
  copyAssets();
  writeFileSync(buildStamp, key);
}

/** Files that the program reads beside its code (pages, styles) and that the compiler does not copy. */
function copyAssets() {
  for (const file of sourceFiles()) {
    const name = file.slice(file.lastIndexOf('/') + 1);
    if (!COPIED.test(name)) continue;
    const target = join(root, 'dist', file);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, readFileSync(join(root, file)));
  }
}

function installKey() {
  return sha256(
    readFileSync(join(root, 'package-lock.json')),
    `${process.platform}-${process.arch}-${process.version}`,
  );
}

function buildKey() {
  const hash = createHash('sha256');
  for (const file of ['tsconfig.json', 'package-lock.json', ...sourceFiles()]) {
    hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

function sourceFiles() {
  const found = [];
  const visit = (folder) => {
    for (const name of readdirSync(join(root, folder)).sort()) {
      const path = `${folder}/${name}`;
      if (NOT_SOURCES.has(name)) continue;
      if (statSync(join(root, path)).isDirectory()) visit(path);
      else if (/\.(ts|json)$/.test(name) || COPIED.test(name)) found.push(path);
    }
  };
  for (const folder of SOURCES) if (existsSync(join(root, folder))) visit(folder);
  return found;
}

function stale(stamp, key) {
  return !existsSync(stamp) || readFileSync(stamp, 'utf8') !== key;
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (error) fail(`${command} could not be started: ${error.message}`);
  if (status !== 0)
    fail(`'${command} ${args.join(' ')}' failed with exit code ${status}; see its output above.`);
}

function sha256(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

function fail(message) {
  console.error(`setup: ${message}`);
  process.exit(1);
}
