import { constants, getPriority, setPriority } from 'node:os';

/** Steps of niceness: a thread at the usual one gets three times the share. */
const STEPS = 5;

/**
 * Lets the process's other threads go first where cores are short, and the threads that this one creates from now on
 * with it. Only Linux gives each thread a priority of its own; elsewhere this does nothing.
 */
export function yieldToOthers(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(0, Math.min(constants.priority.PRIORITY_LOW, getPriority(0) + STEPS));
  } catch {
    // A sandbox may forbid even that. All threads are equal then, and answers are the same.
  }
}
