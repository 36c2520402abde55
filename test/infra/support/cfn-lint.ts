/** cfn-lint, where it is: `CFN_LINT` names it, and the path is searched otherwise. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MIN_VERSION = [1, 58] as const;
const command = process.env['CFN_LINT'] ?? 'cfn-lint';
const version = spawnSync(command, ['--version'], { encoding: 'utf8' }).stdout ?? '';

/** Whether it can judge: older versions lack properties that CDK writes. */
export const lintPresent = isRecent(version);
if (!lintPresent) {
  console.warn(
    `skipped: ${command} gives the version ${JSON.stringify(version.trim())}, ${MIN_VERSION.join('.')} or newer ` +
      'is needed (older ones lack properties that CDK writes); pip install -r reference/infra/judges.txt, or set CFN_LINT to it',
  );
}

/** What it finds in templates, by name; nothing, where all is well. */
export function lint(templates: Readonly<Record<string, object>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'cfn-lint-'));
  const files = Object.entries(templates).map(([name, template]) => {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, JSON.stringify(template));
    return file;
  });
  const options = ['--format', 'parseable', '--regions', 'eu-west-1'];
  const { stdout, stderr, status } = spawnSync(command, [...options, '--', ...files], { encoding: 'utf8' });
  return status === 0 ? stdout : `${stdout}${stderr}exit code ${status}`;
}

function isRecent(told: string): boolean {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(told) ?? [];
  return (
    Number(major) > MIN_VERSION[0] || (Number(major) === MIN_VERSION[0] && Number(minor) >= MIN_VERSION[1])
  );
}
