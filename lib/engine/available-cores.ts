import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Where Linux tells a container's share of CPU time: microseconds per period, or `max` (control groups, version 2). */
const QUOTA_FILE = '/sys/fs/cgroup/cpu.max';

/**
 * Cores that this process may keep busy: those of the machine, or as many as its container's quota pays for, rounded up.
 * More threads than that would be stopped in the middle of a batch when the quota is used up.
 */
export function availableCores(quotaFile: string = QUOTA_FILE): number {
  const [quota, period] = readQuota(quotaFile).split(' ').map(Number);
  const cores = availableParallelism();
  if (quota === undefined || period === undefined || !(quota > 0 && period > 0)) return cores;
  return Math.min(cores, Math.ceil(quota / period));
}

function readQuota(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return 'max'; // no control groups, or another version of them
  }
}
