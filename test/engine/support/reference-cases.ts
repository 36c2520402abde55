import { readFile } from 'node:fs/promises';
import { openSafetensors } from '../../../lib/checkpoint/safetensors/file.js';
import { readTensor } from '../../../lib/checkpoint/safetensors/read-tensor.js';
import type { Post } from '../../../lib/engine/classification.js';
import { fixture } from '../../support/project-root.js';

/** A post and what PyTorch computes for it. */
export interface ReferenceCase {
  readonly id: string;
  readonly post: Post;
  readonly textPresent: boolean;
  readonly imagePresent: boolean;
  readonly logits: Float32Array;
  readonly probabilities: Float32Array;
}

interface CaseFile {
  readonly cases: readonly { id: string; kind: string; text: string | null; image: string | null }[];
}

/** The cases of a fixture that are posts; those of bare token ids have no text to send. */
export async function referenceCases(model: string): Promise<ReferenceCase[]> {
  const { cases } = JSON.parse(await readFile(fixture('models', model, 'cases.json'), 'utf8')) as CaseFile;
  const tensors = await openSafetensors(fixture('models', model, 'cases.safetensors'));
  const [logits, probabilities, textPresent, imagePresent] = await Promise.all(
    ['logits', 'probabilities', 'text_present', 'image_present'].map((name) => readTensor(tensors, name)),
  );
  const rowOf = (tensor: Float32Array | undefined, index: number) => {
    if (tensor === undefined) throw new Error('A tensor of the fixture is missing.');
    const width = tensor.length / cases.length;
    return tensor.slice(index * width, (index + 1) * width);
  };
  const all = cases.map(async ({ id, kind, text, image }, index) => ({
    id,
    kind,
    post: { text, image: image === null ? null : await readFile(fixture('images', image)) },
    textPresent: rowOf(textPresent, index)[0] === 1,
    imagePresent: rowOf(imagePresent, index)[0] === 1,
    logits: rowOf(logits, index),
    probabilities: rowOf(probabilities, index),
  }));
  return (await Promise.all(all)).filter(({ kind }) => kind === 'instance');
}
