/** `npm run test:drain`: SIGTERM under load, again and again; no accepted request may be lost. */
import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { wholeNumber } from '../../../lib/cli/arguments.js';
import { type DrainRound, drainRound } from './drain.js';

interface Options {
  readonly rounds: number;
  readonly model: string;
  readonly seed: number;
  readonly out?: string;
}

const EXIT_WITHIN_MS = 25_000;

await new Command('test:drain')
  .description('Stops a server under load; fails when an accepted request is lost.')
  .option('--rounds <number>', 'how often', wholeNumber(1), 50)
  .option('--model <dir>', 'the model to serve', 'models/demo')
  .option('--seed <number>', 'what the traffic is made from', wholeNumber(0, 2 ** 31), 1)
  .option('--out <file>', 'write the rounds as JSON')
  .action(main)
  .parseAsync();

async function main({ rounds, model, seed, out }: Options): Promise<void> {
  const done: DrainRound[] = [];
  for (let number = 0; number < rounds; number++) {
    const round = await drainRound(model, seed + number);
    done.push(round);
    const { sentBefore, answered, refused, lost, exitCode, exitMs } = round;
    const counts = `${sentBefore} sent, ${answered} answered, ${refused} refused, ${lost.length} lost`;
    console.error(`${number + 1} of ${rounds}: ${counts}, exit ${exitCode} after ${exitMs} ms`);
    for (const what of lost) console.error(`  LOST: ${what}`);
  }
  const total = (count: (round: DrainRound) => number): number =>
    done.reduce((sum, round) => sum + count(round), 0);
  const failed = done.filter(
    ({ lost, exitCode, exitMs }) => lost.length > 0 || exitCode !== 0 || exitMs > EXIT_WITHIN_MS,
  );
  console.log(
    `${rounds} stops under load: ${total(({ sentBefore }) => sentBefore)} requests sent before /ping turned 503, ` +
      `${total(({ answered }) => answered)} answered, ${total(({ refused }) => refused)} refused with shutting_down, ` +
      `${total(({ lost }) => lost.length)} lost; the slowest exit took ${Math.max(...done.map(({ exitMs }) => exitMs))} ms; ` +
      `${failed.length} rounds failed`,
  );
  if (out !== undefined)
    writeFileSync(
      out,
      `${JSON.stringify({ date: new Date().toISOString(), seed, rounds: done }, null, 2)}\n`,
    );
  if (failed.length > 0) process.exitCode = 1;
}
