import type { BenchContext } from './benchmark.js';
import { Life, reasonOf, type SystemMeasurement } from './life.js';
import { orderOf } from './plan.js';
import type { SystemDefinition } from './systems/system.js';

export interface RoundOutcome {
  readonly measurements: readonly SystemMeasurement[];
  /** Of all systems, in sentences. */
  readonly problems: readonly string[];
}

/**
 * One life of every system. They start one after the other; then all of them are there, and one at a time gets posts: a
 * window of each, then the next window of each. The machine's speed changes within minutes, and so it changes for all.
 */
export async function runRound(
  definitions: readonly SystemDefinition[],
  round: number,
  context: BenchContext,
): Promise<RoundOutcome> {
  const { plan, note, signal } = context;
  const lives: Life[] = [];
  const problems: string[] = [];
  for (const definition of orderOf(definitions, round)) {
    if (signal.aborted) break;
    try {
      const life = await Life.begin(definition, round, context);
      lives.push(life);
      await life.settle();
    } catch (error) {
      const problem = `round ${round + 1}, ${definition.name}: ${reasonOf(error, signal)}`;
      note(problem);
      problems.push(problem);
    }
  }
  for (const life of lives) await life.prepare();
  let number = 0;
  for (const scenario of plan.scenarios) {
    for (const concurrency of plan.concurrencies) {
      for (const life of orderOf(lives, number)) await life.measure(scenario, concurrency, number);
      number += 1;
    }
  }
  for (const life of lives) await life.conclude();
  const measurements: SystemMeasurement[] = [];
  for (const life of lives) {
    measurements.push(await life.end());
    problems.push(...life.problems);
  }
  return { measurements, problems };
}
