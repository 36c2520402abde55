import { cp, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSafetensors } from '../../../lib/checkpoint/safetensors/file.js';
import { convertCheckpoint } from '../../../lib/convert/convert.js';
import { loadTokenizer } from '../../../lib/text/tokenizer.js';
import { fixture } from '../../support/project-root.js';
import type { TemporaryPack } from './packs.js';

const EMBEDDING = 'backbone.text_model.embeddings.token_embedding.weight';

/** A pack of `siglip-tiny` that gives no numbers for texts that hold `word`: its token's embedding is NaN. */
export async function poisonedPack(word: string): Promise<TemporaryPack> {
  const parent = await mkdtemp(join(tmpdir(), 'engine-test-'));
  const checkpoint = join(parent, 'checkpoint');
  const folder = join(parent, 'pack');
  await cp(fixture('models', 'siglip-tiny'), checkpoint, { recursive: true });
  const { manifest } = await convertCheckpoint({ checkpoint, out: join(parent, 'sound') });
  const tokenizer = loadTokenizer(join(parent, 'sound', manifest.text.tokenizer), manifest.text);
  await writeNaN(join(checkpoint, 'model.safetensors'), tokenizer.encode(word).ids[0] ?? 0);
  await convertCheckpoint({ checkpoint, out: folder });
  return { folder, remove: () => rm(parent, { recursive: true, force: true }) };
}

async function writeNaN(weights: string, token: number): Promise<void> {
  const tensor = (await openSafetensors(weights)).tensors.get(EMBEDDING);
  if (tensor === undefined) throw new Error(`The fixture has no ${EMBEDDING}.`);
  const rowBytes = (tensor.shape[1] ?? 0) * Float32Array.BYTES_PER_ELEMENT;
  const file = await open(weights, 'r+');
  await file.write(
    Buffer.from(Float32Array.of(Number.NaN).buffer),
    0,
    4,
    tensor.byteOffset + token * rowBytes,
  );
  await file.close();
}
