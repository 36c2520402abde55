// Builds the cpu image and tests it in containers, then deploys with an image built from what the CDK stages; arguments go
// to Jest. Needs a Docker engine that runs.
//   node scripts/test-image.mjs [arguments of Jest]
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

if (spawnSync('docker', ['info'], { stdio: 'ignore' }).status !== 0) {
  console.error('test:image: no Docker engine answers `docker info`. Start one, then run this again.');
  process.exit(1);
}
run('setup.mjs');
run('image.mjs', 'cpu');
run('test.mjs', 'test/image-engine/', '--runInBand', ...process.argv.slice(2));

function run(script, ...args) {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts', script), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, MODERATION_IMAGE_TESTS: '1' },
  });
  if (status !== 0) process.exit(status ?? 1);
}
