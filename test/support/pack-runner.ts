import { readFile } from 'node:fs/promises';
import type { Manifest } from '../../lib/checkpoint/manifest.js';
import type { Pack } from '../../lib/checkpoint/pack/pack.js';
import type { TextBatch } from '../../lib/text/sequence.js';
import { textInputs } from '../../lib/text/text-inputs.js';
import { TokenTable } from '../../lib/text/token-table.js';
import { type Arrays, GraphRunner, type TestTensor } from './graph-runner.js';

/** The three graphs of a pack, run without the engine. */
export class PackRunner {
  private constructor(
    readonly manifest: Manifest,
    readonly table: TokenTable,
    readonly graphs: { readonly text: GraphRunner; readonly image: GraphRunner; readonly head: GraphRunner },
  ) {}

  static async load(pack: Pack): Promise<PackRunner> {
    const { manifest, folder } = pack;
    const load = async (file: string) =>
      GraphRunner.load({ model: await readFile(pack.path(file)), weightsFolder: folder });
    const { text, image, head } = manifest;
    const { weights, tokenTable } = manifest;
    const table = new TokenTable(pack.path(weights), tokenTable, pack.path(tokenTable.checksums));
    return new PackRunner(manifest, table, {
      text: await load(text.graph),
      image: await load(image.graph),
      head: await load(head.graph),
    });
  }

  /** Features [batch, width]. */
  textFeatures(batch: TextBatch): Promise<Float32Array> {
    const inputs: Arrays = {};
    for (const [name, { type, data, dims }] of Object.entries(textInputs(batch, this.table))) {
      inputs[name] = { type, data, shape: dims };
    }
    return this.graphs.text.run(inputs);
  }

  /** Features [batch, width]. */
  imageFeatures(pixels: readonly Uint8Array[]): Promise<Float32Array> {
    const { size } = this.manifest.image;
    const shape = [pixels.length, size, size, 3];
    return this.graphs.image.run({ pixels: { type: 'uint8', data: Buffer.concat(pixels), shape } });
  }

  /** Logits [batch, classes]. */
  logits(
    features: { readonly text: Float32Array; readonly image: Float32Array },
    present: { readonly text: readonly number[]; readonly image: readonly number[] },
  ): Promise<Float32Array> {
    const { text, image } = this.manifest;
    return this.graphs.head.run({
      text_features: matrix(features.text, text.width),
      image_features: matrix(features.image, image.width),
      text_present: vector(present.text),
      image_present: vector(present.image),
    });
  }

  async close(): Promise<void> {
    this.table.close();
    await Promise.all(Object.values(this.graphs).map((graph) => graph.close()));
  }
}

function vector(values: readonly number[]): TestTensor {
  return { type: 'float32', data: Float32Array.from(values), shape: [values.length] };
}

function matrix(values: Float32Array, width: number): TestTensor {
  return { type: 'float32', data: values, shape: [values.length / width, width] };
}
