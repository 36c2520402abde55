/** Runs one ONNX graph on a thread of its own: for tools such as the converter. Serving goes through the classifier. */
import { join } from 'node:path';
import { WEIGHTS_FILE } from '../checkpoint/weights-file.js';
import { availableCores } from './available-cores.js';
import { systemClock } from './scheduling/clock.js';
import { spawnThread } from './supervision/spawn.js';
import { WorkerHandle } from './supervision/worker-handle.js';
import type { SessionRequest, SessionResponse, SessionStart } from './workers/messages.js';

export interface GraphSource {
  /** The bytes of an ONNX file. */
  readonly model: Uint8Array;
  /** Folder of the weights that it references; they may be a symbolic link. */
  readonly weightsFolder: string;
}

export interface OpenedGraph {
  /** One run at a time. Every output by name, as float32 values. */
  run(feeds: SessionRequest): Promise<ReadonlyMap<string, Float32Array>>;
  close(): Promise<void>;
}

/** A large graph on a slow machine. */
const PATIENCE_MS = 600_000;

/** Loads a graph on the CPU. Rejects with a ModerationError when it does not load. */
export async function openGraph({ model, weightsFolder }: GraphSource): Promise<OpenedGraph> {
  const start: SessionStart = {
    name: 'calibrated',
    graph: model,
    weights: join(weightsFolder, WEIGHTS_FILE),
    provider: 'cpu',
    threads: availableCores(),
    prepack: true,
  };
  const worker = new WorkerHandle<SessionRequest, SessionResponse>(
    spawnThread('session-worker', start, 'graph'),
    'graph',
    { startMs: PATIENCE_MS, callMs: PATIENCE_MS },
    systemClock,
  );
  await worker.ready;
  return {
    async run(feeds) {
      const outputs = await worker.call(feeds);
      return new Map(Object.entries(outputs).map(([name, { data }]) => [name, data]));
    },
    close: () => worker.end('it was closed'),
  };
}
