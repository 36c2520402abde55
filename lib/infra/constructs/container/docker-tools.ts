/** What this machine builds images with, as far as its files tell: synthesis starts no process. */
import { existsSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

const BUILDX = ['docker-buildx', 'docker-buildx.exe'];
/** Where Docker looks for its plugins, and Homebrew puts them. */
const PLUGIN_FOLDERS = [
  '/usr/local/lib/docker/cli-plugins',
  '/usr/local/libexec/docker/cli-plugins',
  '/usr/lib/docker/cli-plugins',
  '/usr/libexec/docker/cli-plugins',
  '/opt/homebrew/lib/docker/cli-plugins',
];

/** The command that `cdk deploy` builds images with. */
export function dockerCommand(environment: Environment): string {
  return environment['CDK_DOCKER'] || 'docker';
}

/** Whether that command is there: by its path, or on the PATH. */
export function dockerPresent(environment: Environment): boolean {
  const command = dockerCommand(environment);
  if (command.includes('/') || command.includes(sep)) return existsSync(command);
  const folders = (environment['PATH'] ?? environment['Path'] ?? '').split(delimiter).filter(Boolean);
  return folders.some(
    (folder) => existsSync(join(folder, command)) || existsSync(join(folder, `${command}.exe`)),
  );
}

/**
 * Whether `docker build` is BuildKit's, which alone knows `--output`. Not where another command takes Docker's place, and
 * not where the older builder was asked for or no plugin is found.
 */
export function buildsWithBuildKit(environment: Environment): boolean {
  if (dockerCommand(environment) !== 'docker' || environment['DOCKER_BUILDKIT'] === '0') return false;
  const home = environment['HOME'] ?? environment['USERPROFILE'];
  const own = environment['DOCKER_CONFIG'] ?? (home === undefined ? undefined : join(home, '.docker'));
  const programs = [environment['ProgramData'], environment['ProgramFiles']].flatMap((folder) =>
    folder === undefined ? [] : [join(folder, 'Docker', 'cli-plugins')],
  );
  const folders = [...(own === undefined ? [] : [join(own, 'cli-plugins')]), ...PLUGIN_FOLDERS, ...programs];
  return folders.some((folder) => BUILDX.some((name) => existsSync(join(folder, name))));
}
