/** `npm run bench`: see docs/performance.md. */
import { CommanderError } from 'commander';
import { EXIT, reportFailure } from '../lib/cli/failure.js';
import { untilInterrupted } from '../lib/cli/terminal/interrupt.js';
import { runBenchmark } from './benchmark.js';
import { parseOptions } from './command.js';
import type { BenchOptions } from './plan.js';
import { renderReport } from './report/render.js';
import { writeReport } from './report/write.js';

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  let options: BenchOptions;
  try {
    options = parseOptions(argv);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.success : EXIT.usage;
    throw error;
  }
  const note = (text: string): void => console.error(`bench: ${text}`);
  try {
    const { results, failed, interrupted } = await untilInterrupted((signal) =>
      runBenchmark(options, note, signal),
    );
    const report = renderReport(results);
    await writeReport(options.out, results, report);
    console.log(report);
    if (interrupted) return EXIT.interrupted;
    return failed ? EXIT.failure : EXIT.success;
  } catch (error) {
    return reportFailure(error);
  }
}
