/** moto's server, a local AWS API, in a process of its own. Skipped loudly where Python has none. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

const python = process.env['MOTO_PYTHON'] ?? 'python3';

export const motoPresent = spawnSync(python, ['-c', 'import moto.server']).status === 0;
if (!motoPresent) {
  console.warn(
    `skipped: ${python} has no moto; pip install 'moto[server]', or set MOTO_PYTHON to one that has`,
  );
}

const ADDRESS = /http:\/\/127\.0\.0\.1:(\d+)\s/;

export interface Moto {
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts it on a port that it chooses itself: one that was found free before could be another's by then. */
export async function startMoto(environment: Readonly<Record<string, string>> = {}): Promise<Moto> {
  const server = spawn(python, ['reference/infra/moto_server.py', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...environment },
  });
  let told = '';
  const port = await new Promise<number>((resolve, reject) => {
    server.stderr.on('data', (chunk) => {
      if (ADDRESS.test(told)) return;
      told += chunk;
      const [, found] = ADDRESS.exec(told) ?? [];
      if (found !== undefined) resolve(Number(found));
    });
    server.once('close', () => reject(new Error(`moto does not start:\n${told}`)));
  });
  return {
    port,
    stop: async () => {
      const closed = once(server, 'close');
      server.kill();
      await closed;
    },
  };
}
