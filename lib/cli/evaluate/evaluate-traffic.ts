import { ModerationError } from '../../contract/errors.js';
import { type Period, timelineOf } from '../../evaluate/data/capture/timeline.js';
import type { Traffic } from '../../evaluate/data/capture/traffic.js';
import { evaluate } from '../../evaluate/evaluate.js';
import type { Evaluation, ModelSection } from '../../evaluate/evaluation.js';
import type { Decision } from './decision.js';
import { type DecisionOptions, decisionOf } from './decision.js';
import { bootstrapOptions, type EvaluateSetOptions } from './evaluate-set.js';

export interface TrafficOptions
  extends DecisionOptions,
    Pick<EvaluateSetOptions, 'bootstrap' | 'seed' | 'signal' | 'onProgress'> {
  readonly baseline: Evaluation | undefined;
  readonly period?: Period | undefined;
}

/** Captured traffic as an evaluation without labels: scores, flag rates, decisions, drift and how they go over time. */
export async function evaluateTraffic(
  traffic: Traffic,
  name: string,
  options: TrafficOptions,
): Promise<Decision & { evaluation: Evaluation }> {
  const { times, ...scores } = traffic.scores();
  const { baseline } = options;
  const model = modelOf(traffic);
  const thresholds = scores.classNames.map(
    (label, index) => traffic.thresholds?.[label] ?? baseline?.thresholds?.all[index],
  );
  if (options.thresholds === undefined && options.policy === undefined && thresholds.includes(undefined)) {
    throw new ModerationError(
      'invalid_configuration',
      'The captured answers tell no thresholds (JSON Lines hold none); give --thresholds, --policy or --baseline.',
    );
  }
  const header = {
    predictions: 1 as const,
    classes: [...scores.classNames],
    thresholds: thresholds.map((value) => value ?? 0.5),
    model,
    data: null,
  };
  const decision = await decisionOf(options, header, header.classes);
  const evaluation = await evaluate(
    {
      scores,
      data: { name, sha256: traffic.sha256, unjudged: Object.fromEntries(traffic.unjudged) },
      model,
      ...decision,
      ...(baseline && { baseline }),
    },
    bootstrapOptions(options),
  );
  const { unjudgedTimes } = traffic;
  const timeline = timelineOf({
    scores,
    times,
    unjudgedTimes,
    baseline,
    period: options.period,
    ...decision,
  });
  return { ...decision, evaluation: { ...evaluation, timeline } };
}

/** The model of most answers. */
function modelOf({ models }: Traffic): ModelSection {
  const [most] = [...models.values()].sort((a, b) => b.posts - a.posts);
  if (most === undefined) return { name: 'unknown model', pack: null, precision: null, demonstration: false };
  const { name, pack, precision, demonstration } = most.model;
  return { name, pack, precision, demonstration };
}
