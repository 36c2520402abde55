/**
 * Stands in for `docker`, as `CDK_DOCKER` names it: builds and tags with the engine, and only notes a login and a push.
 * What is pushed is then known to the registry of the local AWS API, so that a later deployment finds it there.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';

const args = process.argv.slice(2);
appendFileSync(setting('DOCKER_STAND_IN_LOG'), `${JSON.stringify(args)}\n`);
if (args[0] === 'push') await push(args[1] ?? '');
else if (args[0] !== 'login') process.exitCode = docker('inherit', ...args).status ?? 1;

async function push(name: string): Promise<void> {
  const [, repositoryName, imageTag] = /^[^/]+\/(.+):([^:]+)$/.exec(name) ?? [];
  const { stdout, status } = docker('pipe', 'image', 'inspect', '--format', '{{.Id}}', name);
  if (status !== 0) throw new Error(`there is no image ${name} to push`);
  const config = { mediaType: 'application/vnd.docker.container.image.v1+json', digest: stdout.trim() };
  const mediaType = 'application/vnd.docker.distribution.manifest.v2+json';
  const imageManifest = JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [] });
  const reply = await fetch(setting('AWS_ENDPOINT_URL'), {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${setting('AWS_REGION')}/ecr/aws4_request`,
      'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.PutImage',
      'content-type': 'application/x-amz-json-1.1',
    },
    body: JSON.stringify({ repositoryName, imageTag, imageManifest }),
  });
  if (!reply.ok) throw new Error(await reply.text());
}

function docker(output: 'inherit' | 'pipe', ...command: string[]) {
  return spawnSync('docker', command, { stdio: ['inherit', output, 'inherit'], encoding: 'utf8' });
}

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}
