/** A thread that asks for /ping five times a second, on its own clock, so that the load's own work does not count. */
import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

const EVERY_MS = 200;
let port: number = workerData;
parentPort?.on('message', (next: number) => {
  port = next;
});

for (;;) {
  const start = performance.now();
  const status = await ping(port);
  parentPort?.postMessage({ status, ms: performance.now() - start });
  await delay(EVERY_MS);
}

/** 0 where nobody answers. */
function ping(to: number): Promise<number> {
  return new Promise((resolve) => {
    const asking = request(
      { host: '127.0.0.1', port: to, path: '/ping', agent: false, timeout: 5000 },
      (reply) => {
        reply.resume().once('end', () => resolve(reply.statusCode ?? 0));
      },
    );
    asking.once('timeout', () => asking.destroy());
    asking.once('error', () => resolve(0));
    asking.end();
  });
}
