import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Pack } from '../../lib/checkpoint/pack/pack.js';
import { encoderLayout } from '../../lib/engine/encoder-layout.js';
import type { AloneStart } from './start-alone.js';

/** Of the text that is run: a usual one. */
const COLUMNS = 20;

/** Milliseconds from before the process exists until onnxruntime has answered a text and an image. */
export async function measureStartAlone(pack: Pack, signal: AbortSignal): Promise<number> {
  const script = fileURLToPath(new URL('./start-alone.js', import.meta.url));
  const start = performance.now();
  const child = fork(script, [JSON.stringify(startsOf(pack))], { signal, stdio: 'ignore' });
  try {
    const ended = once(child, 'exit').then(() => {
      throw new Error('onnxruntime alone did not start.');
    });
    await Promise.race([once(child, 'message'), ended]);
    return performance.now() - start;
  } finally {
    child.removeAllListeners('error').once('error', () => undefined);
    child.kill('SIGKILL');
  }
}

function startsOf(pack: Pack): AloneStart[] {
  const { text, image, precision, tokenTable } = pack.manifest;
  const layouts = {
    provider: 'cpu',
    precision,
    threads: availableParallelism(),
    replicas: undefined,
  } as const;
  const columns = { type: 'int32', dims: [1, COLUMNS] } as const;
  return [
    {
      graph: pack.path(text.graph),
      threads: encoderLayout('text', layouts).threads,
      inputs: {
        token_embeddings: { type: 'float32', dims: [1, COLUMNS, tokenTable.width] },
        position_ids: columns,
        key_mask: columns,
      },
    },
    {
      graph: pack.path(image.graph),
      threads: encoderLayout('image', layouts).threads,
      inputs: { pixels: { type: 'uint8', dims: [1, image.size, image.size, 3] } },
    },
  ];
}
