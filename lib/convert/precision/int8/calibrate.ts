/** Watches the inputs of linear layers while the fp32 graph encodes calibration items. */
import { encodeModel } from '../../../onnx/encode.js';
import type { Graph } from '../../../onnx/graph.js';
import type { Feeds, OpenGraph } from '../../graph-runner.js';
import { Activations } from './activations.js';
import { runAll } from './encode-items.js';
import type { LinearSite } from './linear-site.js';
import type { Calibration } from './make-folding.js';

export interface CalibrateOptions {
  readonly open: OpenGraph;
  readonly weightsFolder: string;
  readonly onItem?: () => void;
  readonly signal?: AbortSignal;
}

export interface Calibrated {
  readonly calibration: Calibration;
  /** The graph's own output for each item. */
  readonly features: readonly Float32Array[];
}

/**
 * @param graph an fp32 encoder with one output; the inputs of `sites` are added to its outputs
 * @param inputsOf how many channels the input of a linear layer has
 */
export async function calibrate(
  graph: Graph,
  sites: readonly LinearSite[],
  feeds: readonly Feeds[],
  inputsOf: (site: LinearSite) => number,
  options: CalibrateOptions,
): Promise<Calibrated> {
  const [features] = graph.outputs;
  const watched = new Map<string, Activations>();
  const calibration = new Map<string, Activations>();
  for (const site of sites) {
    const { name } = site.input;
    if (graph.initializers.has(name)) continue; // a constant: multiplied once, when the graph is loaded
    const activations = watched.get(name) ?? new Activations(inputsOf(site), feeds.length);
    if (!watched.has(name)) {
      graph.output(`${name}/watched`, site.input, 'float32', ['rows', activations.channels]);
    }
    watched.set(name, activations);
    calibration.set(site.path, activations);
  }
  const encoded: Float32Array[] = [];
  const source = { model: encodeModel(graph), weightsFolder: options.weightsFolder };
  const take = (outputs: ReadonlyMap<string, Float32Array>) => {
    encoded.push(outputs.get(features?.name ?? '') ?? new Float32Array());
    for (const [name, activations] of watched) {
      activations.add(outputs.get(`${name}/watched`) ?? new Float32Array());
    }
    options.onItem?.();
  };
  await runAll(options.open, source, feeds, take, options.signal);
  return { calibration, features: encoded };
}
