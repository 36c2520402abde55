/**
 * Worker entry: a worker of the engine that crashes when it is told to, between two calls as a real one would. Its own
 * entry is the first argument.
 */
import { parentPort } from 'node:worker_threads';

let loaded = false;
let ended = false;
parentPort?.on('message', (message: { kind: string }) => {
  if (message.kind === 'crash') throw new Error('It was told to crash.');
  // The entry does not listen yet, and this listener has taken the message from it.
  if (message.kind === 'end' && !loaded) ended = true;
});

await import(process.argv[2] ?? '');
loaded = true;
if (ended) parentPort?.close();
