/**
 * A process of its own that serves a fake engine, for tests of starting and stopping. FAKE_LOAD: `slow` never finishes,
 * `fail` refuses, `throw` has a defect. A text `hold` waits until the parent says `release`, `hang` never ends; the parent is
 * told of both. `lost` loses the engine, `crash` throws where nobody catches.
 */
import { serve } from '../../../container/main.js';
import { ModerationError } from '../../../lib/contract/errors.js';
import type { ClassifierOptions } from '../../../lib/engine/options.js';
import { signalled } from '../../support/signalled.js';
import { echo, FakeEngine } from './fake-engine.js';

const released = signalled();
process.on('message', () => released.give());
// The channel must not keep the process alive.
process.channel?.unref();

process.exitCode = await serve({
  resolveModel: async (folder) => {
    if (process.env['FAKE_LOAD'] === 'fail')
      throw new ModerationError('pack_invalid', `${folder} holds no pack.`);
    return {
      packFolder: folder,
      converted: true,
      dispose: async () => void process.stderr.write('disposed\n'),
    };
  },
  loadEngine: async (_, options) => {
    if (process.env['FAKE_LOAD'] === 'slow') await forever(options.signal);
    if (process.env['FAKE_LOAD'] === 'throw') throw new TypeError('no such tensor');
    return fakeEngine(options);
  },
});

function fakeEngine({ observer }: ClassifierOptions): FakeEngine {
  const closed = new AbortController();
  const engine = new FakeEngine({
    classify: async (post) => {
      const [word] = (post.text ?? '').split(' ');
      if (word === 'hold' || word === 'hang') process.send?.(word);
      if (word === 'hold') await released.come;
      if (word === 'hang') await forever(closed.signal);
      if (word === 'crash') setTimeout(() => JSON.parse(`"${post.text}`), 0);
      if (word === 'lost')
        observer?.failed?.(new ModerationError('worker_failed', 'A worker cannot be replaced.'));
      return echo(post);
    },
  });
  const close = engine.close.bind(engine);
  engine.close = async () => {
    await close();
    closed.abort(new ModerationError('shutting_down', 'The engine was closed before it answered.'));
  };
  return engine;
}

function forever(signal: AbortSignal | undefined): Promise<never> {
  const alive = setInterval(() => undefined, 1000);
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => {
      clearInterval(alive);
      reject(signal.reason);
    });
  });
}
