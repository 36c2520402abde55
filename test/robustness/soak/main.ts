/**
 * `npm run test:soak`: the real server at twice what it can carry, with bad posts, impatient callers, workers that die
 * or hang and restarts. Every item must be accounted for, by the caller's book and by the server's.
 */
import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { wholeNumber } from '../../../lib/cli/arguments.js';
import { untilInterrupted } from '../../../lib/cli/terminal/interrupt.js';
import { Soak, type SoakOptions } from './soak.js';
import { judgeSoak, type PingTimes, type SoakResult } from './verdict.js';

await new Command('test:soak')
  .description('Overloads a server and breaks its workers; fails when an item is lost or memory grows.')
  .option('--minutes <number>', 'how long', wholeNumber(1, 600), 10)
  .option('--model <dir>', 'the model to serve', 'models/demo')
  .option('--kills <number>', 'workers that are killed or made to hang', wholeNumber(0, 10_000), 20)
  .option('--seed <number>', 'what the traffic is made from', wholeNumber(0, 2 ** 31), 1)
  .option('--out <file>', 'write the result as JSON')
  .action((options: SoakOptions & { out?: string }) => untilInterrupted((signal) => main(options, signal)))
  .parseAsync();

async function main({ out, ...options }: SoakOptions & { out?: string }, signal: AbortSignal): Promise<void> {
  const soak = new Soak(options);
  await soak.run(signal);
  const result = judgeSoak(soak);
  if (out !== undefined) writeFileSync(out, `${JSON.stringify({ ...options, ...result }, null, 2)}\n`);
  console.log(table(result));
  for (const problem of result.problems) console.log(`FAILED: ${problem}`);
  if (signal.aborted) process.exitCode = 130;
  else if (result.problems.length > 0) process.exitCode = 1;
}

function table(result: SoakResult): string {
  const { requestsPerSecond, kills, generations, early, late } = result;
  const MiB = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
  return [
    `capacity    ${requestsPerSecond.toFixed(1)} requests/s`,
    `kills       ${kills}`,
    ...generations.map((counts, index) => `server ${index + 1}    ${JSON.stringify(counts)}`),
    `/ping       ${times(result.ping)}`,
    `takeovers   ${times(result.takeoverPing)}`,
    `memory      ${MiB(early.rssBytes)} early, ${MiB(late.rssBytes)} at the end`,
    `threads     ${early.threads} early, ${late.threads} at the end`,
    `files       ${early.files} early, ${late.files} at the end`,
  ].join('\n');
}

function times({ count, p50, p99, max }: PingTimes): string {
  return `${count} asked, p50 ${p50} ms, p99 ${p99} ms, most ${max} ms`;
}
