import { SingleBar } from 'cli-progress';

export interface Progress {
  /** Reports how much of the whole is done, in any unit that stays the same. */
  update(done: number, total: number): void;
  stop(): void;
}

/** A bar on stderr where that is a terminal; elsewhere (logs, CI) a line at every quarter. */
export function startProgress(task: string): Progress {
  return process.stderr.isTTY ? bar(task) : lines(task);
}

function bar(task: string): Progress {
  const single = new SingleBar({
    format: `${task} {bar} {percentage}% · {eta_formatted} left`,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    barsize: 30,
  });
  let started = false;
  return {
    update(done, total) {
      if (!started) single.start(total, done);
      started = true;
      single.setTotal(total);
      single.update(done);
    },
    stop: () => single.stop(),
  };
}

function lines(task: string): Progress {
  let told = 0;
  return {
    update(done, total) {
      const quarter = Math.floor((4 * done) / Math.max(total, 1));
      if (quarter > told) console.error(`${task}: ${25 * quarter} %`);
      told = Math.max(told, quarter);
    },
    stop: () => {},
  };
}
