// Writes the tables of docs/ that restate the code: error codes, limits and codes of what was not seen. `--check` only compares.
//   node scripts/docs.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ERRORS } from '../dist/lib/contract/errors.js';
import { LIMITS } from '../dist/lib/contract/limits.js';
import { UNSEEN } from '../dist/lib/contract/unseen.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const check = process.argv.includes('--check');

const TABLES = {
  'docs/errors.md': errorTables(),
  'docs/limits.md': limitTable(),
  'docs/unseen.md': unseenTable(),
};

let stale = 0;
for (const [file, table] of Object.entries(TABLES)) {
  const path = join(root, file);
  const before = readFileSync(path, 'utf8');
  const after = before.replace(
    /(<!-- begin table -->\n)[\s\S]*(\n<!-- end table -->)/,
    (_, begin, end) => begin + table + end,
  );
  if (after === before) continue;
  stale += 1;
  if (check) console.error(`${file} differs from the code; run: node scripts/docs.mjs`);
  else writeFileSync(path, after);
}
process.exit(check && stale > 0 ? 1 : 0);

function errorTables() {
  const heading = {
    item: '## Of one item\n\nIn the slot of the item; the request itself is answered with 200.',
    request: '## Of a whole request',
    service: '## At start and on the command line',
  };
  return Object.keys(heading)
    .map((scope) => {
      const rows = Object.entries(ERRORS)
        .filter(([, definition]) => definition.scope === scope)
        .map(([code, { status, retryable, meaning, remedy }]) =>
          scope === 'request'
            ? `| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} | ${meaning} | ${remedy} |`
            : `| \`${code}\` | ${retryable ? 'yes' : 'no'} | ${meaning} | ${remedy} |`,
        );
      const header =
        scope === 'request'
          ? '| Code | HTTP status | Retry | Meaning | Remedy |\n|---|---|---|---|---|'
          : '| Code | Retry | Meaning | Remedy |\n|---|---|---|---|';
      return `${heading[scope]}\n\n${header}\n${rows.join('\n')}`;
    })
    .join('\n\n');
}

function unseenTable() {
  const rows = Object.entries(UNSEEN).map(
    ([code, { meaning, figure, rule }]) =>
      `| \`${code}\` | ${meaning} | ${figure} | ${rule.action} from ${rule.from} |`,
  );
  return `| Code | Meaning | Figure | Default rule |\n|---|---|---|---|\n${rows.join('\n')}`;
}

function limitTable() {
  const rows = Object.entries(LIMITS).map(
    ([name, limit]) =>
      `| ${name} | ${limit.default} ${limit.unit} | ${limit.min} – ${limit.max} | \`${limit.environment}\` | ${limit.reason} |`,
  );
  return `| Limit | Default | Range | Environment | Reason |\n|---|---|---|---|---|\n${rows.join('\n')}`;
}
