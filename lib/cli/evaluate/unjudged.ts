import { EXCLUDED_CODES } from '../../evaluate/data/data-row.js';
import type { DataSection } from '../../evaluate/evaluation.js';
import { EXIT } from '../failure.js';

/** Tells which rows are in no figure, and fails the command when more of them failed than are allowed. */
export function reportUnjudged({ unjudged }: DataSection, allowed: number, advice: string): void {
  if (unjudged.rows === 0) return;
  const codes = Object.entries(unjudged.byCode);
  console.error(`${unjudged.rows} rows are in no figure:`);
  for (const [code, count] of codes) console.error(`  ${code}: ${count}`);
  const failed = codes.reduce((sum, [code, count]) => sum + (EXCLUDED_CODES.includes(code) ? 0 : count), 0);
  if (failed <= allowed) return;
  console.error(`${failed} of them were not judged; at most ${allowed} may be (--allow-errors). ${advice}`);
  process.exitCode = EXIT.failure;
}
