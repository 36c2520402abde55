/** Worker entry of run-graph.ts: one session; null ends the thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { GraphReply, GraphStart } from '../run-graph.js';
import type { FloatTensor, SessionRequest } from './messages.js';

const port = parentPort;
if (port === null) throw new Error('This module is the entry of a worker thread; it cannot run on its own.');

const send = (message: GraphReply): void => port.postMessage(message);
const told = (error: unknown): GraphReply => ({
  kind: 'error',
  message: error instanceof Error ? error.message : String(error),
});

async function load(): Promise<InferenceSession> {
  const { model, weightsFolder, threads } = workerData as GraphStart;
  return InferenceSession.create(model, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    extra: {
      session: {
        model_external_initializers_file_folder_path: weightsFolder,
        intra_op: { allow_spinning: '0' },
      },
    },
  });
}

async function run(session: InferenceSession, request: SessionRequest): Promise<GraphReply> {
  const feeds = Object.entries(request).map(([name, { type, data, dims }]) => [
    name,
    new Tensor(type, data, dims),
  ]);
  const results = await session.run(Object.fromEntries(feeds));
  const outputs: Record<string, FloatTensor> = {};
  for (const [name, { data, dims }] of Object.entries(results)) {
    if (!(data instanceof Float32Array)) throw new TypeError(`Output ${name} is not float32.`);
    outputs[name] = { type: 'float32', data, dims };
  }
  return { kind: 'result', outputs };
}

try {
  const session = await load();
  port.on('message', (request: SessionRequest | null) => {
    if (request === null) port.close();
    else run(session, request).then(send, (error) => send(told(error)));
  });
  send({ kind: 'ready' });
} catch (error) {
  send(told(error));
  port.close();
}
