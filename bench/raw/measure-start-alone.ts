import { availableParallelism } from 'node:os';
import type { Pack } from '../../lib/checkpoint/pack/pack.js';
import { encoderLayout } from '../../lib/engine/encoder-layout.js';
import { MeasuringChild } from './measuring-child.js';
import type { AloneStart } from './start-alone.js';

/** Of the text that is run: a usual one. */
const COLUMNS = 20;

/** Milliseconds from before the process exists until onnxruntime has answered a text and an image. */
export async function measureStartAlone(pack: Pack): Promise<number> {
  const start = performance.now();
  const child = new MeasuringChild('start-alone', startsOf(pack));
  try {
    await child.message();
    return performance.now() - start;
  } finally {
    child.close();
  }
}

/** Without prepacking, as the server's first sessions are. */
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
      prepack: false,
      inputs: {
        token_embeddings: { type: 'float32', dims: [1, COLUMNS, tokenTable.width] },
        position_ids: columns,
        key_mask: columns,
      },
    },
    {
      graph: pack.path(image.graph),
      threads: encoderLayout('image', layouts).threads,
      prepack: false,
      inputs: { pixels: { type: 'uint8', dims: [1, image.size, image.size, 3] } },
    },
  ];
}
