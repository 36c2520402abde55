import type { Family, Verdict } from './fuzz-case.js';

export interface Failure {
  readonly index: number;
  readonly family: Family;
  readonly what: string;
}

/** Failures that are told one by one; beyond, they are counted. */
const MAX_TOLD = 50;

/** What became of the cases. */
export class Tally {
  readonly outcomes = new Map<string, number>();
  readonly failures: Failure[] = [];
  cases = 0;
  failed = 0;

  add(index: number, family: Family, { outcome, failure }: Verdict): void {
    this.cases += 1;
    const key = `${family}: ${outcome}`;
    this.outcomes.set(key, (this.outcomes.get(key) ?? 0) + 1);
    if (failure === undefined) return;
    this.failed += 1;
    if (this.failures.length < MAX_TOLD) this.failures.push({ index, family, what: failure });
  }

  table(): string {
    const rows = [...this.outcomes].sort(([a], [b]) => a.localeCompare(b));
    return rows.map(([outcome, count]) => `${String(count).padStart(8)}  ${outcome}`).join('\n');
  }
}
