/** The other side of {@link GraphRunner}: one session, outside of Jest's realm. */
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Arrays, GraphSource } from './graph-runner.js';

const { model, weightsFolder } = workerData as GraphSource;
const session = await InferenceSession.create(model, {
  intraOpNumThreads: 1,
  extra: {
    session: { model_external_initializers_file_folder_path: weightsFolder, x64quantprecision: '1' },
  },
});

parentPort?.on('message', async (inputs: Arrays) => {
  try {
    const feeds = Object.entries(inputs).map(([name, { type, data, shape }]) => [
      name,
      new Tensor(type, data, shape),
    ]);
    const results = await session.run(Object.fromEntries(feeds));
    const outputs = Object.entries(results).map(([name, { type, data, dims }]) => [
      name,
      { type, data, shape: dims },
    ]);
    parentPort?.postMessage({ outputs: Object.fromEntries(outputs) });
  } catch (error) {
    parentPort?.postMessage({ error: String(error) });
  }
});
parentPort?.postMessage('ready');
