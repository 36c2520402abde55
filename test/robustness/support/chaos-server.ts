/**
 * The command's own server in which a test can break workers: it takes `kill NAME` and `hang NAME` over the channel of
 * its parent process. Nothing of this ships: the workers are started through the engine's own injection point. A thread
 * inside ONNX Runtime cannot be killed without the process, so a worker dies between two calls, as after an exception
 * that nobody caught; one that hangs gets no more calls.
 */
import { parseArgs } from 'node:util';
import { serve } from '../../../container/main.js';
import { resolveModel } from '../../../lib/cli/resolve-model.js';
import { Classifier } from '../../../lib/engine/classifier.js';
import { BreakableThreads } from '../../engine/support/breakable-threads.js';

const { values } = parseArgs({ options: { model: { type: 'string' } } });
const threads = new BreakableThreads();

process.on('message', (message: string) => {
  const [what, name = ''] = message.split(' ');
  if (what === 'kill') void threads.kill(name);
  if (what === 'hang') threads.deafen(name);
});
// The channel must not keep the process alive.
process.channel?.unref();

process.exitCode = await serve({
  resolveModel,
  overrides: { modelDir: values.model ?? 'models/demo' },
  loadEngine: (packFolder, options) =>
    Classifier.load(packFolder, { ...options, internals: { spawn: threads.spawn } }),
});
