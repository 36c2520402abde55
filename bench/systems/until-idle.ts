import { setTimeout as delay } from 'node:timers/promises';
import { processFigures } from './process-figures.js';

const LOOK_EVERY_MS = 500;
/** Of a core. */
const IDLE = 0.04;
const LIMIT_MS = 60_000;

/**
 * Waits until a process and its children do next to nothing: a server that is healthy still compares checksums and lays
 * weights out. Gives up after a minute, or at once where the system does not tell what a process uses.
 */
export async function untilIdle(pid: number, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  let [at, used] = [performance.now(), (await processFigures(pid))?.cpuSeconds];
  while (used !== undefined && at < deadline) {
    await delay(LOOK_EVERY_MS, undefined, { signal });
    const [now, usedNow] = [performance.now(), (await processFigures(pid))?.cpuSeconds];
    if (usedNow === undefined || usedNow - used < (IDLE * (now - at)) / 1000) return;
    [at, used] = [now, usedNow];
  }
}
