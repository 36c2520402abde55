// Builds the image moderation:cpu or moderation:gpu.
//   node scripts/image.mjs [cpu|gpu] [further arguments of docker build]
// MODERATION_IMAGE_BUILD_ARGS holds arguments that this machine's engine needs, separated by spaces.
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [first, ...others] = process.argv.slice(2);
const target = first === undefined || first.startsWith('-') ? 'cpu' : first;
const rest = target === first ? others : process.argv.slice(2);
if (target !== 'cpu' && target !== 'gpu') fail(`there is no target ${target}; expected cpu or gpu`);

const ofMachine = (process.env.MODERATION_IMAGE_BUILD_ARGS ?? '').split(/\s+/).filter(Boolean);
const names = ['--file', 'container/Dockerfile', '--target', target, '--tag', `moderation:${target}`];
const { status, error } = spawnSync('docker', ['build', ...ofMachine, ...rest, ...names, '.'], {
  cwd: root,
  stdio: 'inherit',
});
if (error) fail(`docker could not be started: ${error.message}`);
process.exit(status ?? 1);

function fail(message) {
  console.error(`image: ${message}`);
  process.exit(2);
}
