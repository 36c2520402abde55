import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { ModerationError } from '../../contract/errors.js';
import { isExhausted } from '../../contract/exhaustion.js';
import type { SessionStart } from './messages.js';

/** ONNX Runtime's severity "error": warnings about graphs help nobody who serves one. */
const LOG_ERRORS = 3;

/**
 * Loads a graph. It goes to the runtime as bytes, with the folder of its weights apart, because the runtime follows no
 * symbolic link out of the folder that it is given: the link is resolved here.
 *
 * Throws `pack_invalid`, `device_unavailable` or `resource_exhausted`.
 */
export async function createSession(start: SessionStart): Promise<InferenceSession> {
  const folder = await weightsFolder(start);
  try {
    const graph = typeof start.graph === 'string' ? await readFile(start.graph) : start.graph;
    return await InferenceSession.create(graph, {
      executionProviders: [start.provider],
      intraOpNumThreads: start.threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      // Plans of memory are kept for every shape of a batch, and there are hundreds.
      enableMemPattern: false,
      logSeverityLevel: LOG_ERRORS,
      extra: {
        session: {
          model_external_initializers_file_folder_path: folder,
          disable_prepacking: start.prepack ? '0' : '1',
          // Processors with AVX2 and without VNNI add two products of int8 in 16 bits, which overflow; so told, the runtime
          // takes another kernel there, and the same one elsewhere.
          x64quantprecision: '1',
          // Threads that spin between operators would take the cores from the other encoder and from decoding.
          intra_op: { allow_spinning: '0' },
        },
      },
    });
  } catch (error) {
    throw loadFailure(start, error);
  }
}

async function weightsFolder({ weights }: SessionStart): Promise<string> {
  const real = await realpath(weights).catch((error: unknown) => {
    throw new ModerationError('pack_invalid', `The weights ${weights} cannot be read.`, { cause: error });
  });
  if (basename(real) !== basename(weights)) {
    throw new ModerationError(
      'pack_invalid',
      `${weights} is a link to a file of another name, ${real}, under which the graphs do not find it. ` +
        `Put the file itself, a hard link or a link to a file named ${basename(weights)} in its place.`,
    );
  }
  return dirname(real);
}

function loadFailure({ name, provider }: SessionStart, error: unknown): ModerationError {
  const reason = error instanceof Error ? error.message : String(error);
  if (isExhausted(error)) {
    return new ModerationError('resource_exhausted', `No memory to load the ${name} graph: ${reason}`, {
      cause: error,
    });
  }
  if (provider === 'cuda') {
    return new ModerationError('device_unavailable', `CUDA cannot run the ${name} graph: ${reason}`, {
      cause: error,
    });
  }
  return new ModerationError('pack_invalid', `The ${name} graph cannot be loaded: ${reason}`, {
    cause: error,
  });
}
