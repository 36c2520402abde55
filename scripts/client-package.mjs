// Builds the typed client as a package of its own: ES modules, CommonJS and declarations for both, from lib/client, lib/contract,
// lib/sagemaker and lib/time alone. Versions come from the root's package.json.
//   node scripts/client-package.mjs OUT
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = process.argv[2];
if (out === undefined) {
  console.error('usage: node scripts/client-package.mjs OUT');
  process.exit(2);
}
const rootPackage = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** A source's kind of module follows the nearest package.json, so each kind is compiled from its own copy. */
const KINDS = { esm: 'module', cjs: 'commonjs' };

/** Loaded by the calls that need them. */
const OPTIONAL = ['@aws-sdk/client-eventbridge', '@aws-sdk/client-s3', 'sharp'];

rmSync(resolve(out), { recursive: true, force: true });
mkdirSync(resolve(out), { recursive: true });
for (const [folder, type] of Object.entries(KINDS)) compile(folder, type);
writeJson(join(out, 'package.json'), manifest());
copyFileSync(join(root, 'docs', 'client.md'), join(out, 'README.md'));
copyFileSync(join(root, 'LICENSE'), join(out, 'LICENSE'));

function compile(folder, type) {
  // Below the root, where the compiler finds node_modules.
  mkdirSync(join(root, 'dist'), { recursive: true });
  const stage = mkdtempSync(join(root, 'dist', '.client-'));
  try {
    for (const part of ['client', 'contract', 'sagemaker', 'time'])
      cpSync(join(root, 'lib', part), join(stage, part), { recursive: true });
    writeJson(join(stage, 'package.json'), { type });
    writeJson(join(stage, 'tsconfig.json'), {
      extends: join(root, 'tsconfig.json'),
      compilerOptions: {
        rootDir: stage,
        outDir: resolve(out, folder),
        verbatimModuleSyntax: type === 'module',
        sourceMap: false,
        incremental: false,
        tsBuildInfoFile: null,
      },
      include: [],
      files: [join(stage, 'client', 'index.ts')],
    });
    run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', stage]);
    writeJson(resolve(out, folder, 'package.json'), { type });
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

function manifest() {
  const entry = (folder) => ({
    types: `./${folder}/client/index.d.ts`,
    default: `./${folder}/client/index.js`,
  });
  const { version, license, engines } = rootPackage;
  return {
    name: 'multimodal-moderation-client',
    version,
    description:
      'Calls a multimodal moderation service, on SageMaker or over HTTP: typed, retried, nothing lost.',
    license,
    engines,
    type: 'module',
    sideEffects: false,
    main: './cjs/client/index.js',
    types: './cjs/client/index.d.ts',
    exports: { '.': { import: entry('esm'), require: entry('cjs') }, './package.json': './package.json' },
    files: ['esm', 'cjs'],
    dependencies: ranges(['@aws-sdk/client-sagemaker-runtime', 'zod']),
    peerDependencies: ranges(OPTIONAL),
    peerDependenciesMeta: Object.fromEntries(OPTIONAL.map((name) => [name, { optional: true }])),
  };
}

function ranges(names) {
  const versions = { ...rootPackage.devDependencies, ...rootPackage.dependencies };
  return Object.fromEntries(names.map((name) => [name, `^${versions[name]}`]));
}

function writeJson(file, value) {
  writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`);
}

function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0)
    throw new Error(`'${args.join(' ')}' failed with exit code ${status}; see its output above.`);
}
