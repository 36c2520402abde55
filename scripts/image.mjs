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
const given = [...ofMachine, ...rest];
const { status, error } = spawnSync('docker', ['build', ...given, ...forSageMaker(given), ...names, '.'], {
  cwd: root,
  stdio: 'inherit',
  env: { BUILDX_NO_DEFAULT_ATTESTATIONS: '1', ...process.env },
});
if (error) fail(`docker could not be started: ${error.message}`);
process.exit(status ?? 1);

/**
 * SageMaker refuses OCI's media types, which newer versions of BuildKit write unless they are told otherwise; and ONNX
 * Runtime's CUDA provider exists for x86-64 alone. What is given wins.
 */
function forSageMaker(given) {
  const has = (name) => given.some((argument) => argument === name || argument.startsWith(`${name}=`));
  const buildKit =
    process.env.DOCKER_BUILDKIT !== '0' &&
    spawnSync('docker', ['buildx', 'version'], { stdio: 'ignore' }).status === 0;
  const output =
    buildKit && !has('--output') && !has('-o') ? ['--output', 'type=docker,oci-mediatypes=false'] : [];
  const platform = target === 'gpu' && !has('--platform') ? ['--platform', 'linux/amd64'] : [];
  return [...output, ...platform];
}

function fail(message) {
  console.error(`image: ${message}`);
  process.exit(2);
}
