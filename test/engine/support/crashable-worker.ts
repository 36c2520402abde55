/**
 * Worker entry: a worker of the engine that crashes when it is told to, between two calls as a real one would. Its own
 * entry is the first argument.
 */
import { parentPort } from 'node:worker_threads';

let loaded = false;
/** The entry did not listen yet, and the listener below has taken these from it. */
const early: unknown[] = [];
parentPort?.on('message', (message: { kind: string }) => {
  if (message.kind === 'crash') throw new Error('It was told to crash.');
  if (!loaded) early.push(message);
});

await import(process.argv[2] ?? '');
loaded = true;
for (const message of early) parentPort?.emit('message', message);
