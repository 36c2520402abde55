/**
 * `npm run test:fuzz`: hostile requests against the command's own server over the demonstration model, and hostile
 * images against the decoder. Every case ends in one slot per item, in a declared error of the caller, or in a declared
 * refusal; anything else is a failure, told with the line that repeats it.
 */
import { Command } from 'commander';
import { wholeNumber } from '../../../lib/cli/arguments.js';
import { resolveModel } from '../../../lib/cli/resolve-model.js';
import { untilInterrupted } from '../../../lib/cli/terminal/interrupt.js';
import { writePolicyFor } from '../../container/support/policies.js';
import { HttpClient } from '../support/http-client.js';
import { ServerProcess } from '../support/server-process.js';
import { aftermath, growth, referenceAnswer } from './aftermath.js';
import { Decoder } from './decoder.js';
import { type FuzzOptions, Run } from './run.js';

const INTERRUPTED = 130;

/** Short times for slow callers, so that cases of theirs end soon. */
const ENVIRONMENT = {
  MODERATION_LOG_LEVEL: 'info',
  MODERATION_HEADERS_TIMEOUT_MS: '1500',
  MODERATION_BODY_TIMEOUT_MS: '2500',
  MODERATION_KEEP_ALIVE_TIMEOUT_MS: '2000',
};

await new Command('test:fuzz')
  .description('Sends hostile requests and images; fails when one is not accounted for.')
  .option('--cases <number>', 'how many', wholeNumber(1), 100_000)
  .option('--seed <number>', 'what they are made from', wholeNumber(0, 2 ** 31), 20_261_127)
  .option('--from <number>', 'the first case, to go on with a run', wholeNumber(0), 0)
  .option('--concurrency <number>', 'cases under way at a time', wholeNumber(1, 512), 48)
  .option('--model <dir>', 'the model to serve', 'models/demo')
  .option('--out <file>', 'write the counts as JSON')
  .action((options: FuzzOptions) => untilInterrupted((signal) => fuzz(options, signal)))
  .parseAsync();

async function fuzz(options: FuzzOptions, signal: AbortSignal): Promise<void> {
  const model = await resolveModel(options.model);
  // Nothing is predicted: what is not allowed, is not for what was not seen.
  const policy = await writePolicyFor(model.packFolder, { threshold: 1, review: { from: 1, to: 1 } });
  const args = ['serve', '--model', model.packFolder, '--policy', policy];
  const server = new ServerProcess('dist/bin/moderate.js', args, ENVIRONMENT);
  const decoder = new Decoder(options.seed);
  try {
    await server.line('ready');
    const http = new HttpClient(await server.port(), options.concurrency);
    const before = await referenceAnswer(http);
    const run = new Run(options, { http, decoder }, server);
    await run.all(signal);
    const problems = signal.aborted ? [] : await aftermath(http, server, before, run.serverSamples);
    http.close();
    server.signal('SIGTERM');
    const code = await server.exit;
    if (code !== 0) problems.push(`the server exited with ${code}: ${server.story()}`);
    run.report([...problems, ...growth(run.decoderSamples).map((problem) => `the decoder's ${problem}`)]);
    if (signal.aborted) process.exitCode = INTERRUPTED;
  } finally {
    decoder.close();
    await server.dispose();
    await model.dispose();
  }
}
