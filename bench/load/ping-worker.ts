/** A thread that asks for /ping again and again until it is told to stop; then it tells the times, in milliseconds. */
import { Agent, get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

const { port, everyMs } = workerData as { port: number; everyMs: number };
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const times: number[] = [];
let failures = 0;
let stopped = false;

parentPort?.once('message', () => {
  stopped = true;
});

while (!stopped) {
  const start = performance.now();
  if ((await ping()) === 200) times.push(performance.now() - start);
  else failures += 1;
  await delay(everyMs);
}
agent.destroy();
parentPort?.postMessage({ times, failures });

function ping(): Promise<number> {
  return new Promise((resolve) => {
    get({ host: '127.0.0.1', port, path: '/ping', agent }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    }).once('error', () => resolve(0));
  });
}
