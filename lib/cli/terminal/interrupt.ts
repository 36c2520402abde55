import { EXIT } from '../failure.js';

/** An AbortSignal that fires on the first Ctrl-C, for work that can stop cleanly. A second one ends the process. */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = (): void => controller.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    return await work(controller.signal);
  } finally {
    process.removeListener('SIGINT', interrupt);
    process.removeListener('SIGTERM', interrupt);
  }
}

/**
 * Awaits work that can go on later where it stopped: being interrupted is no failure of it, but told, with how to go on.
 *
 * @returns undefined when it was interrupted
 */
export async function resumable<T>(work: Promise<T>, howToGoOn: string): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Error && error.name === 'AbortError')) throw error;
    console.error(`moderate: interrupted; ${howToGoOn}`);
    process.exitCode = EXIT.interrupted;
    return undefined;
  }
}
