import type { Answer } from './load/answer.js';
import type { Results } from './report/results.js';
import type { SystemName } from './systems/system.js';

/** What a system answered to the compared posts, in order. */
export interface SystemAnswers {
  readonly name: SystemName;
  readonly answers: readonly Answer[];
}

/** How far the answers of each system are from the peer's; nothing without a peer. */
export function compareAnswers(systems: readonly SystemAnswers[]): Results['differences'] {
  const expected = systems.find(({ name }) => name === 'peer')?.answers;
  if (expected === undefined) return [];
  return systems
    .filter(({ name }) => name !== 'peer')
    .map(({ name, answers }) => ({
      name,
      posts: expected.length,
      max: Math.max(...expected.map((one, index) => difference(one, answers[index]))),
    }));
}

/** The largest of any class; NaN where a class or the answer is missing. */
function difference(expected: Answer, actual: Answer | undefined): number {
  return Math.max(
    ...Object.entries(expected).map(([name, value]) => Math.abs(value - (actual?.[name] ?? Number.NaN))),
  );
}
