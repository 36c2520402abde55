import {
  ablationOf,
  type PredictionSet,
  reviewedForUnseen,
  scoresOf,
  unjudgedByCode,
  unseenByCode,
} from '../../evaluate/data/predictions-file.js';
import { evaluate } from '../../evaluate/evaluate.js';
import type { Evaluation } from '../../evaluate/evaluation.js';
import type { EvaluateOptions } from '../../evaluate/inputs.js';
import { readBaseline } from './baseline.js';
import { type Decision, type DecisionOptions, decisionOf } from './decision.js';

export interface EvaluateSetOptions extends DecisionOptions {
  /** Bootstrap resamples; 0: no intervals. */
  readonly bootstrap: number;
  readonly seed: number;
  /** An earlier evaluation, to tell drift against. */
  readonly baseline?: string | undefined;
  readonly signal: AbortSignal;
  /** Share of the work that is done. */
  readonly onProgress: (share: number) => void;
}

export interface Evaluated extends Decision {
  readonly evaluation: Evaluation;
}

/** Evaluates the rows of a predictions file. */
export async function evaluateSet(set: PredictionSet, options: EvaluateSetOptions): Promise<Evaluated> {
  const { header } = set;
  const scores = scoresOf(set);
  const decision = await decisionOf(options, header, scores.classNames);
  const ablation = ablationOf(set);
  const { baseline } = options;
  const evaluation = await evaluate(
    {
      scores,
      data: {
        name: header.data.name,
        sha256: header.data.sha256,
        unjudged: unjudgedByCode(set),
        unseen: { byCode: unseenByCode(set), review: reviewedForUnseen(set) },
      },
      model: header.model,
      ...decision,
      ...(ablation && { ablation }),
      ...(baseline !== undefined && { baseline: await readBaseline(baseline, scores.classNames) }),
    },
    bootstrapOptions(options),
  );
  return { ...decision, evaluation };
}

export function bootstrapOptions({
  bootstrap,
  seed,
  signal,
  onProgress,
}: Pick<EvaluateSetOptions, 'bootstrap' | 'seed' | 'signal' | 'onProgress'>): EvaluateOptions {
  return { bootstrap: bootstrap === 0 ? null : { samples: bootstrap, seed }, signal, onProgress };
}
