/**
 * Worker entry: a worker of the engine that crashes when it is told to, between two calls as a real one would. Its own
 * entry is the first argument.
 */
import { parentPort } from 'node:worker_threads';

parentPort?.on('message', (message: { kind: string }) => {
  if (message.kind === 'crash') throw new Error('It was told to crash.');
});

await import(process.argv[2] ?? '');
