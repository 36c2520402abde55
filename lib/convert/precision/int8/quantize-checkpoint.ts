/** From a checkpoint to int8 graphs and weights: calibrate, fold, plan, write, measure, and take back what harms. */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expectedTensors } from '../../../checkpoint/architecture/expected-tensors.js';
import type { Architecture } from '../../../checkpoint/architecture.js';
import type { Checkpoint } from '../../../checkpoint/checkpoint.js';
import type { Manifest } from '../../../checkpoint/manifest.js';
import { WEIGHTS_FILE } from '../../../checkpoint/weights-file.js';
import { compareArrays, type Difference } from '../../../numeric/compare.js';
import { encodeModel } from '../../../onnx/encode.js';
import { TokenTable, type TokenTableSpec } from '../../../text/token-table.js';
import { GRAPH_FILES, tableSpec, writeStored } from '../../graph-files.js';
import type { Feeds, OpenGraph } from '../../graph-runner.js';
import { headGraph, imageGraph, textGraph, tokenTable } from '../../graphs.js';
import { placeWeights } from '../../weights.js';
import { FoldedWeights, type Folding, NO_FOLDING } from '../folded-weights.js';
import { Fp32 } from '../fp32.js';
import { parameterShape } from '../parameter.js';
import { StoredWeights } from '../stored-weights.js';
import { type Calibrated, calibrate } from './calibrate.js';
import { type EncodedItems, feedsOf, probabilities, runAll } from './encode-items.js';
import { findFolds } from './folds.js';
import { Int8 } from './int8.js';
import type { CalibrationItems } from './items.js';
import { type LinearSite, Recorder } from './linear-site.js';
import { makeFolding } from './make-folding.js';
import { DEFAULT_PLAN_LIMITS, makePlan, type PlanLimits } from './make-plan.js';
import { type LinearPlan, type Plan, refined } from './plan.js';

export interface QuantizeOptions {
  readonly items: CalibrationItems;
  readonly open: OpenGraph;
  /** Default: true. Without, activation outliers behind norms are left to the exact channels. */
  readonly folding?: boolean;
  readonly limits?: PlanLimits;
  /** What differences of probabilities on the items are accepted. Default: {@link DEFAULT_TOLERANCE}. */
  readonly tolerance?: Partial<Tolerance>;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface Quantized {
  readonly plan: Plan;
  readonly tokenTable: TokenTableSpec;
  /** Of the probabilities of calibration items, from those of fp32. */
  readonly difference: Difference;
}

type Specs = Pick<Manifest, 'text' | 'image'>;

/** Differences of probabilities from those of fp32. */
export interface Tolerance {
  readonly max: number;
  /** Where probabilities are spread evenly, this is the share of labels that flip. */
  readonly mean: number;
}

export const DEFAULT_TOLERANCE: Tolerance = { max: 0.05, mean: 0.005 };
/** Each time a quarter of the quantized layers, those of the largest errors, goes back to fp32. */
const MAX_ROUNDS = 3;
const TAKEN_BACK = 0.25;

/** Writes the weights and the three graphs into `folder`. */
export async function quantizeCheckpoint(
  checkpoint: Checkpoint,
  architecture: Architecture,
  specs: Specs,
  folder: string,
  options: QuantizeOptions,
): Promise<Quantized> {
  const exactFolder = join(folder, 'exact');
  await mkdir(exactFolder);
  try {
    const model = new CalibratedModel(checkpoint, architecture, specs, exactFolder, options);
    const reference = await model.calibrate();
    const { weights, plan } = await model.plan(reference);
    return await writeAndMeasure(model, weights, plan, folder, reference.probabilities);
  } finally {
    await rm(exactFolder, { recursive: true, force: true });
  }
}

async function writeAndMeasure(
  model: CalibratedModel,
  weights: FoldedWeights,
  firstPlan: Plan,
  folder: string,
  expected: readonly Float32Array[],
): Promise<Quantized> {
  const { max, mean } = { ...DEFAULT_TOLERANCE, ...model.options.tolerance };
  const costlier = costlierPlans(firstPlan);
  for (let plan = firstPlan; ; ) {
    const tokenTable = await model.write(weights, plan, folder);
    const actual = await model.answers(folder, tokenTable);
    const difference = compareArrays(flat(actual), flat(expected));
    const next = costlier.next();
    const accepted = difference.max <= max && difference.mean <= mean;
    if (accepted || next.done) return { plan, tokenTable, difference };
    plan = next.value;
  }
}

/** Ever more exact, and ever slower. */
function* costlierPlans(plan: Plan): Generator<Plan, void> {
  let current = refined(plan);
  yield current;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    current = takeBack(current);
    yield current;
  }
}

/** The plan with the layers of the largest errors in fp32. */
function takeBack(plan: Plan): Plan {
  const quantized = [...plan].filter(([, { kind }]) => kind === 'int8').sort(byError);
  const taken = quantized.slice(0, Math.ceil(TAKEN_BACK * quantized.length));
  return new Map([...plan, ...taken.map(([path, { error }]) => [path, { kind: 'fp32', error }] as const)]);
}

function byError([, left]: [string, LinearPlan], [, right]: [string, LinearPlan]): number {
  return right.error - left.error;
}

interface Reference {
  readonly text: Calibrated & Encoder;
  readonly image: Calibrated & Encoder;
  readonly probabilities: readonly Float32Array[];
}

interface Encoder {
  readonly sites: readonly LinearSite[];
  readonly folds: ReturnType<typeof findFolds>;
}

/** A checkpoint with the items that it is measured by. */
class CalibratedModel {
  constructor(
    readonly checkpoint: Checkpoint,
    readonly architecture: Architecture,
    readonly specs: Specs,
    readonly exactFolder: string,
    readonly options: QuantizeOptions,
  ) {}

  /** Encodes and classifies the items in fp32. */
  async calibrate(): Promise<Reference> {
    const { architecture, exactFolder, options, checkpoint } = this;
    const names = [...expectedTensors(architecture).keys()];
    const placed = await placeWeights(checkpoint, names, exactFolder, { otherwise: 'symlink' });
    const exact = new Fp32(placed);
    const allFeeds = this.#feeds(exactFolder, tableSpec(tokenTable(architecture, exact)));
    const total = allFeeds.text.length + allFeeds.image.length;
    let done = 0;
    const watch = async (kind: 'text' | 'image'): Promise<Calibrated & Encoder> => {
      const recorder = new Recorder(exact);
      const graph =
        kind === 'text'
          ? textGraph(architecture, recorder)
          : imageGraph(architecture, recorder, this.specs.image);
      const encoder = { sites: recorder.sites, folds: findFolds(graph, recorder.sites) };
      const calibrated = await calibrate(
        graph,
        recorder.sites,
        allFeeds[kind],
        (site) => this.#inputsOf(site),
        {
          open: options.open,
          weightsFolder: exactFolder,
          onItem: () => options.onProgress?.(++done, total),
          ...(options.signal && { signal: options.signal }),
        },
      );
      return { ...calibrated, ...encoder };
    };
    const text = await watch('text');
    const image = await watch('image');
    const head = { model: encodeModel(headGraph(architecture, exact)), weightsFolder: exactFolder };
    const encoded = { texts: text.features, images: image.features };
    return { text, image, probabilities: await this.#classify(head, encoded) };
  }

  async plan({ text, image }: Reference): Promise<{ weights: FoldedWeights; plan: Plan }> {
    const { folding: folds = true, limits = DEFAULT_PLAN_LIMITS } = this.options;
    const original = new FoldedWeights(this.checkpoint.weights);
    const calibration = new Map([...text.calibration, ...image.calibration]);
    const folding: Folding = folds
      ? await makeFolding([...text.folds, ...image.folds], calibration, original)
      : NO_FOLDING;
    const weights = new FoldedWeights(this.checkpoint.weights, folding);
    const sites = [...text.sites, ...image.sites];
    return { weights, plan: await makePlan(sites, calibration, weights, folding, limits) };
  }

  /** Writes a pack's weights and graphs. */
  async write(weights: FoldedWeights, plan: Plan, folder: string): Promise<TokenTableSpec> {
    const store = new StoredWeights();
    const precision = new Int8(weights, plan, store);
    return writeStored(folder, this.architecture, { encoders: precision, head: precision }, store, {
      normalization: this.specs.image,
      ...(this.options.signal && { signal: this.options.signal }),
    });
  }

  /** What the pack in `folder` answers. */
  async answers(folder: string, table: TokenTableSpec): Promise<readonly Float32Array[]> {
    const allFeeds = this.#feeds(folder, table);
    const texts: Float32Array[] = [];
    const images: Float32Array[] = [];
    for (const [file, feeds, encoded] of [
      [GRAPH_FILES.textGraph, allFeeds.text, texts],
      [GRAPH_FILES.imageGraph, allFeeds.image, images],
    ] as const) {
      const source = { model: await readFile(join(folder, file)), weightsFolder: folder };
      const take = (outputs: ReadonlyMap<string, Float32Array>) => encoded.push(...outputs.values());
      await runAll(this.options.open, source, feeds, take, this.options.signal);
    }
    const head = { model: await readFile(join(folder, GRAPH_FILES.headGraph)), weightsFolder: folder };
    return this.#classify(head, { texts, images });
  }

  async #classify(source: { model: Uint8Array; weightsFolder: string }, encoded: EncodedItems) {
    const head = await this.options.open(source);
    try {
      return await probabilities(head, encoded, this.specs);
    } finally {
      await head.close();
    }
  }

  #feeds(folder: string, spec: TokenTableSpec): { readonly text: Feeds[]; readonly image: Feeds[] } {
    const table = new TokenTable(join(folder, WEIGHTS_FILE), spec);
    try {
      return feedsOf(this.options.items, this.specs, table);
    } finally {
      table.close();
    }
  }

  #inputsOf({ parameters }: LinearSite): number {
    return parameterShape(this.checkpoint.weights, parameters.weight).at(-1) ?? 1;
  }
}

function flat(arrays: readonly Float32Array[]): Float32Array {
  return Float32Array.from(arrays.flatMap((array) => [...array]));
}
