import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Likelihood } from '../../emulator/faults/fault.js';
import { parseRates } from '../../emulator/faults/named.js';
import { port, wholeNumber } from '../arguments.js';
import { untilInterrupted } from '../terminal/interrupt.js';
import { wrongCall } from '../wrong-call.js';

interface EmulateOptions {
  url?: string;
  model?: string;
  port: number;
  endpoint: string[];
  s3?: string;
  faults?: readonly Likelihood[];
  seed: number;
}

const DEFAULT_PORT = 9000;

export function define(command: Command): void {
  command
    .option('--url <address>', 'a running container, e.g. http://127.0.0.1:8080')
    .option('--model <dir>', 'model pack or checkpoint to serve here, instead of a container')
    .addOption(
      new Option('--port <number>', 'port to listen on, 0 for any').argParser(port).default(DEFAULT_PORT),
    )
    .option('--endpoint <name...>', 'names of the endpoints that exist', ['moderation'])
    .option('--s3 <dir>', 'folder that stands for S3 (default: a temporary one)')
    .addOption(
      new Option('--faults <rates>', 'what goes wrong how often, e.g. throttle=0.1,reset=0.05').argParser(
        rates,
      ),
    )
    .addOption(new Option('--seed <number>', 'of the faults').argParser(wholeNumber(0)).default(1))
    .addHelpText(
      'after',
      `
SageMaker's Runtime API and a little of S3 on 127.0.0.1, with SageMaker's limits and errors: the AWS SDKs call a local
container when their endpoint is overridden. Signatures are not checked. See docs/emulator.md.

Example:
  moderate emulate --model models/demo
  export AWS_ENDPOINT_URL=http://127.0.0.1:${DEFAULT_PORT} AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_REGION=us-east-1
  aws sagemaker-runtime invoke-endpoint --endpoint-name moderation --content-type application/json \\
    --body fileb://request.json /dev/stdout`,
    )
    .action(emulate);
}

async function emulate(options: EmulateOptions): Promise<void> {
  const { url, model } = options;
  if ((url === undefined) === (model === undefined)) {
    wrongCall('give either --url or --model: the container that answers');
  }
  await untilInterrupted(async (signal) => {
    if (url !== undefined) return serve(url, options, signal);
    const { startLocalService } = await import('../local-service.js');
    const service = await startLocalService({ model: model ?? '', signal });
    try {
      await serve(service.url, options, signal);
    } finally {
      await service.close();
    }
  });
}

async function serve(containerUrl: string, options: EmulateOptions, signal: AbortSignal): Promise<void> {
  const { startEmulator } = await import('../../emulator/emulator.js');
  const { atRandom } = await import('../../emulator/faults/fault.js');
  const emulator = await startEmulator({
    containerUrl,
    endpointNames: options.endpoint,
    port: options.port,
    s3Folder: options.s3,
    faults: options.faults && atRandom(options.faults, options.seed),
    onRequest: ({ method, path, status, ms }) =>
      console.log(`${status || 'reset'} ${method} ${path} ${ms.toFixed(0)} ms`),
  });
  console.log(`AWS_ENDPOINT_URL=${emulator.url}`);
  console.log(`endpoints: ${options.endpoint.join(', ')}; S3: ${emulator.s3Folder}`);
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  await emulator.close();
}

function rates(value: string): readonly Likelihood[] {
  const parsed = parseRates(value);
  if (typeof parsed === 'string') throw new InvalidArgumentError(parsed);
  return parsed;
}
