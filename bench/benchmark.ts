import type { Pack } from '../lib/checkpoint/pack/pack.js';
import { loadTokenizer } from '../lib/text/tokenizer.js';
import { compareAnswers } from './compare.js';
import { measureGrowth } from './growth/growth.js';
import { reasonOf, type SystemMeasurement } from './life.js';
import { cachedCheckpoint, cachedPack } from './model/cached-model.js';
import { type BenchOptions, makePlan, type Plan } from './plan.js';
import { makePhotographs } from './posts/photographs.js';
import type { PostMaterial } from './posts/post-stream.js';
import { Texts } from './posts/texts.js';
import { describeMachine } from './report/machine.js';
import type { GrowthPoint, Results, SystemRun } from './report/results.js';
import { runRound } from './run-round.js';
import { fillCompileCache } from './systems/compile-cache.js';
import { findPython } from './systems/find-python.js';
import { peer } from './systems/peer.js';
import type { SystemDefinition } from './systems/system.js';
import { thisServer } from './systems/this-server.js';

export interface BenchmarkOutcome {
  readonly results: Results;
  /** Whether a part that was asked for could not be measured or a post got no answer. */
  readonly failed: boolean;
  readonly interrupted: boolean;
}

/** Everything that the parts of a run share. */
export interface BenchContext {
  readonly plan: Plan;
  readonly material: PostMaterial;
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
}

/** fp32 answers of full size differ from PyTorch's by rounding only: reference/check_full_size.py. */
const FP32_TOLERANCE = 5e-5;

/**
 * Measures what the options ask for. Whatever fails after the models are there is told in the results, and the rest is
 * measured all the same.
 */
export async function runBenchmark(
  options: BenchOptions,
  note: (text: string) => void,
  signal: AbortSignal,
): Promise<BenchmarkOutcome> {
  const begun = performance.now();
  const plan = makePlan(options);
  await fillCompileCache(signal);
  const models = { ...options, cacheFolder: options.cache, note, signal };
  const checkpoint = await cachedCheckpoint(models);
  const packs: Pack[] = [];
  for (const precision of plan.precisions) packs.push(await cachedPack(checkpoint, precision, models));
  const python = plan.peer ? await findPython(options.cache, note, signal) : undefined;
  const problems: string[] = [];
  const definitions: SystemDefinition[] = packs.map((pack) => thisServer(nameOf(pack), pack));
  if (python === undefined) problems.push('The peer was left out (--no-peer).');
  else if ('missing' in python) problems.push(`The peer was left out: ${python.missing}`);
  else definitions.push(peer(python.command, checkpoint));
  for (const problem of problems) note(problem);

  note('making posts');
  const context: BenchContext = { plan, material: await makeMaterial(packs[0] as Pack, plan), note, signal };
  const measured = await measureAll(context, definitions, packs, checkpoint);
  const { runs, answers } = measured;
  const differences = compareAnswers(answers);
  problems.push(...measured.problems, ...tooFar(differences));
  const errors = runs.flatMap(({ windows }) => windows).reduce((sum, window) => sum + window.errors, 0);
  const results: Results = {
    format: 2,
    date: new Date().toISOString(),
    seconds: Math.round((performance.now() - begun) / 1000),
    plan: {
      rounds: plan.rounds,
      windowSeconds: plan.windowSeconds,
      concurrencies: plan.concurrencies,
      scenarios: plan.scenarios,
      memoryAfterItems: plan.memoryAfterItems,
      model: (packs[0] as Pack).manifest.name,
    },
    machine: describeMachine(python && 'versions' in python ? python.versions : {}),
    packs: packs.map((pack) => ({
      name: nameOf(pack),
      hash: pack.hash,
      weightBytes: pack.manifest.files[pack.manifest.weights]?.bytes ?? 0,
    })),
    runs,
    differences,
    growth: measured.growth,
    problems,
  };
  const failed = errors > 0 || measured.problems.length > 0 || tooFar(differences).length > 0;
  return { results, failed, interrupted: signal.aborted };
}

function nameOf(pack: Pack): 'fp32' | 'int8' {
  return pack.manifest.precision === 'int8' ? 'int8' : 'fp32';
}

async function makeMaterial(pack: Pack, plan: Plan): Promise<PostMaterial> {
  const { text } = pack.manifest;
  const tokenizer = loadTokenizer(pack.path(text.tokenizer), text);
  const texts = new Texts((content) => tokenizer.encode(content).ids.length);
  return { texts, photographs: await makePhotographs(plan.photographs) };
}

interface Measured {
  readonly runs: SystemRun[];
  readonly growth: GrowthPoint[];
  readonly answers: SystemMeasurement['answers'][];
  readonly problems: string[];
}

/** Part after part; a part that fails becomes a problem, and an interruption ends it with what there is. */
async function measureAll(
  context: BenchContext,
  definitions: readonly SystemDefinition[],
  packs: readonly Pack[],
  checkpoint: string,
): Promise<Measured> {
  const measured: Measured = { runs: [], growth: [], answers: [], problems: [] };
  const attempt = async (what: string, part: () => Promise<void>): Promise<void> => {
    if (context.signal.aborted) return;
    try {
      await part();
    } catch (error) {
      const problem = `${what}: ${reasonOf(error, context.signal)}`;
      context.note(problem);
      measured.problems.push(problem);
    }
  };
  for (let round = 0; round < context.plan.rounds; round++) {
    await attempt(`round ${round + 1}`, async () => {
      const { measurements, problems } = await runRound(definitions, round, context);
      measured.problems.push(...problems);
      for (const { run, answers } of measurements) {
        measured.runs.push(run);
        if (answers.answers.length > 0) measured.answers.push(answers);
      }
    });
  }
  for (const pack of context.plan.growth ? packs : []) {
    await attempt(`growth of ${nameOf(pack)}`, () =>
      measureGrowth(pack, nameOf(pack), context, (point) => measured.growth.push(point)),
    );
  }
  const problems = measured.problems.map((problem) => problem.replaceAll(checkpoint, 'CHECKPOINT'));
  return { ...measured, problems };
}

function tooFar(differences: Results['differences']): string[] {
  return differences
    .filter(({ name, max }) => name === 'fp32' && !(max <= FP32_TOLERANCE))
    .map(({ max }) => `fp32 answers differ from the peer's by ${max}; expected at most ${FP32_TOLERANCE}.`);
}
