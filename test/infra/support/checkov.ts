/** checkov, where it is: `CHECKOV` names it, and the path is searched otherwise. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const command = process.env['CHECKOV'] ?? 'checkov';

export const checkovPresent = spawnSync(command, ['--version']).status === 0;
if (!checkovPresent) {
  console.warn(
    `skipped: there is no ${command} that starts; pip install -r reference/infra/judges.txt, or set CHECKOV to it`,
  );
}

/** The name of a template that is always among those looked at, so that a checkov that looks at nothing is noticed. */
export const CONTROL = 'control';
const CONTROL_TEMPLATE = { Resources: { Unexplained: { Type: 'AWS::S3::Bucket', Properties: {} } } };

export interface CheckovFindings {
  /** `NAME: CHECK RESOURCE, what is asked for`. */
  readonly open: readonly string[];
  /** Why the others stand. */
  readonly reasons: readonly string[];
}

interface Finding {
  readonly check_id: string;
  readonly check_name: string;
  readonly file_path: string;
  readonly resource: string;
  readonly check_result: { readonly suppress_comment?: string };
}

interface Report {
  readonly results: { readonly failed_checks: Finding[]; readonly skipped_checks: Finding[] };
  readonly summary: { readonly parsing_errors: number };
}

/** What it finds in templates, by name. */
export function checkov(templates: Readonly<Record<string, object>>): CheckovFindings {
  const folder = mkdtempSync(join(tmpdir(), 'checkov-'));
  for (const [name, template] of Object.entries({ ...templates, [CONTROL]: CONTROL_TEMPLATE })) {
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(template));
  }
  const options = ['--framework', 'cloudformation', '--skip-download', '--compact', '--output', 'json'];
  const { stdout, stderr } = spawnSync(command, [...options, '--directory', folder], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const { results, summary } = readReport(stdout, stderr);
  if (summary.parsing_errors > 0) throw new Error(`checkov could not read a template:\n${stdout}`);
  return {
    open: results.failed_checks.map(
      (found) =>
        `${basename(found.file_path, '.json')}: ${found.check_id} ${found.resource}, ${found.check_name}`,
    ),
    reasons: results.skipped_checks.map(({ check_result }) => check_result.suppress_comment ?? ''),
  };
}

function readReport(stdout: string, stderr: string): Report {
  try {
    return JSON.parse(stdout) as Report;
  } catch {
    throw new Error(`checkov gave no report:\n${stdout}\n${stderr}`);
  }
}
