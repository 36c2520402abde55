import type { Action } from '../contract.js';
import { decide, type PostDecision } from '../decide.js';
import type { Settings } from '../settings.js';
import type { Outcome, Row } from './row.js';

/** A row's decision at the thresholds of the moment; rows without an answer are not judged, and never allowed. */
export type Verdict = Action | 'not judged' | 'waiting';

export interface Result {
  readonly row: Row;
  readonly outcome: Outcome | undefined;
  readonly verdict: Verdict;
  readonly decision: PostDecision | undefined;
}

/** How the table sorts: severest first when descending. */
export const VERDICT_ORDER: readonly Verdict[] = ['waiting', 'allow', 'review', 'flag', 'not judged'];

export function resultOf(row: Row, outcome: Outcome | undefined, settings: Settings): Result {
  if (outcome === undefined) return { row, outcome, verdict: 'waiting', decision: undefined };
  if ('error' in outcome) return { row, outcome, verdict: 'not judged', decision: undefined };
  const decision = decide(outcome.judgement.probabilities, settings.bounds());
  return { row, outcome, verdict: decision.action, decision };
}

/** How often each verdict occurs. */
export function tally(results: readonly Result[]): ReadonlyMap<Verdict, number> {
  const counts = new Map<Verdict, number>(VERDICT_ORDER.map((verdict) => [verdict, 0]));
  for (const { verdict } of results) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return counts;
}
