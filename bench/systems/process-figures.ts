import { readdir, readFile } from 'node:fs/promises';

/** Clock ticks a second in /proc: fixed by Linux's interface on all platforms that Node.js runs on. */
const TICKS_PER_SECOND = 100;

export interface ProcessFigures {
  /** Resident memory of the process and its children: the sum of VmRSS. */
  readonly residentBytes: number;
  /** The most that was resident at a time, by process: the sum of VmHWM. */
  readonly peakBytes: number;
  /** CPU time since the start, of all threads. */
  readonly cpuSeconds: number;
}

/** Reads /proc; undefined on systems without it, or when the process is gone. */
export async function processFigures(pid: number): Promise<ProcessFigures | undefined> {
  try {
    const figures = await Promise.all((await processTree(pid)).map(ownFigures));
    return figures.reduce((sum, one) => ({
      residentBytes: sum.residentBytes + one.residentBytes,
      peakBytes: sum.peakBytes + one.peakBytes,
      cpuSeconds: sum.cpuSeconds + one.cpuSeconds,
    }));
  } catch {
    return undefined;
  }
}

async function ownFigures(pid: number): Promise<ProcessFigures> {
  const [status, stat] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8'),
    readFile(`/proc/${pid}/stat`, 'utf8'),
  ]);
  return {
    residentBytes: field(status, 'VmRSS'),
    peakBytes: field(status, 'VmHWM'),
    cpuSeconds: cpuSeconds(stat),
  };
}

/** User and system time, the 14th and 15th fields; the second, the name in parentheses, may hold spaces. */
function cpuSeconds(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function field(status: string, name: string): number {
  const [, kilobytes = '0'] = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status) ?? [];
  return 1024 * Number(kilobytes);
}

/** The process and all that descend from it. */
async function processTree(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`);
  const children = await Promise.all(
    threads.map(async (thread) => {
      const list = await readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => '');
      return list.split(' ').filter(Boolean).map(Number);
    }),
  );
  return [pid, ...(await Promise.all(children.flat().map(processTree))).flat()];
}

/** CPU time that all processes of the machine have used, stolen time included. Undefined on systems without /proc. */
export async function machineCpuSeconds(): Promise<number | undefined> {
  const stat = await readFile('/proc/stat', 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0, steal = 0] = stat
    .slice(0, stat.indexOf('\n'))
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softIrq + steal) / TICKS_PER_SECOND;
}
