import { type Command, Option } from 'commander';
import { DEVICES, type Device, ENVIRONMENT, MAX_REPLICAS } from '../../contract/environment.js';
import { describeLimits } from '../../contract/limits.js';
import { port, wholeNumber } from '../arguments.js';

interface ServeCommandOptions {
  model?: string;
  policy?: string;
  host?: string;
  port?: number;
  device?: Device;
  threads?: number;
  replicas?: number;
  playground?: boolean;
}

export function define(command: Command): void {
  command
    .addOption(
      new Option('--model <dir>', 'model pack, or a checkpoint to convert at start (default: /opt/ml/model)'),
    )
    .addOption(new Option('--policy <file>', 'policy to decide by (default: policy.json of the model)'))
    .addOption(new Option('--host <address>', 'address to listen on (default: 127.0.0.1)'))
    .addOption(new Option('--port <number>', 'port to listen on, 0 for any (default: 8080)').argParser(port))
    .addOption(new Option('--device <device>', 'where the encoders run (default: auto)').choices(DEVICES))
    .addOption(
      new Option('--threads <number>', 'cores that each encoder may use (default: all)').argParser(
        wholeNumber(1, 1024),
      ),
    )
    .addOption(
      new Option(
        '--replicas <number>',
        'copies of each encoder on the CPU: several answer more posts a second, 1 answers a lone post ' +
          'sooner (default: as many as threads; 1 for texts in fp32)',
      ).argParser(wholeNumber(1, MAX_REPLICAS)),
    )
    .addOption(
      new Option(
        '--playground',
        'serve the playground, a page to try the model, at / (default: on loopback)',
      ),
    )
    .addOption(new Option('--no-playground', 'do not serve the playground'))
    .addHelpText('after', help)
    .action(serveModel);
}

async function serveModel(options: ServeCommandOptions): Promise<void> {
  const { spawnAhead } = await import('../../engine/supervision/spawn.js');
  // Nothing large may be loaded before this.
  spawnAhead();
  const { serve } = await import('../../../container/main.js');
  const { resolveModel } = await import('../resolve-model.js');
  const { model, policy, ...rest } = options;
  process.exitCode = await serve({
    resolveModel,
    playgroundOnLoopback: true,
    overrides: {
      ...rest,
      ...(model !== undefined && { modelDir: model }),
      ...(policy !== undefined && { policyFile: policy }),
    },
  });
}

function help(): string {
  return `
Answers GET /ping (200 once the model has answered a warm-up), POST /invocations, GET /metrics and
GET /execution-parameters; GET / is the playground. Logs are JSON lines on stdout. SIGTERM drains: accepted requests are answered first.

Examples:
  moderate serve --model models/demo
  moderate serve --model models/pack --policy policy.json   # with decisions: docs/policy.md
  curl -s http://127.0.0.1:8080/invocations -H 'content-type: application/json' \\
    -d '{"instances":[{"text":"a quiet morning by the lake"}]}'

Limits, by environment variable:
${describeLimits()}

Other environment variables; options win over MODERATION_* of the same name:
  ${ENVIRONMENT.modelDir}    what --model names
  ${ENVIRONMENT.policyFile}       what --policy names
  ${ENVIRONMENT.logLevel}    trace, debug, info (default), warn, error, fatal or silent
  ${ENVIRONMENT.emf}          true writes CloudWatch embedded metrics into the log
  ${ENVIRONMENT.playground}   true or false: what --playground and --no-playground say
  ${ENVIRONMENT.endpointName}  the endpoint's name, a dimension of these metrics
  ${ENVIRONMENT.precision}    precision to convert a checkpoint to: fp32 (default), fp16 or int8
  ${ENVIRONMENT.scratchDir}  writable folder for a pack converted at start`;
}
