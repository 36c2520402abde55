import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';

export interface SessionOptions {
  /** Path of the ONNX file, in the pack. */
  readonly graph: string;
  /** Threads of one operator. */
  readonly threads: number;
  /** Whether weights are laid out anew rather than used where the file is mapped. */
  readonly prepack: boolean;
}

/** A session as the server has it, but for threads, which may spin: nothing else wants the cores. */
export async function openSession({ graph, threads, prepack }: SessionOptions): Promise<InferenceSession> {
  return InferenceSession.create(await readFile(graph), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    extra: {
      session: {
        model_external_initializers_file_folder_path: dirname(graph),
        disable_prepacking: prepack ? '0' : '1',
        x64quantprecision: '1',
      },
    },
  });
}
