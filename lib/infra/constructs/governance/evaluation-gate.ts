/** No deployment without evidence: an evaluation of this very pack, not below what was agreed on. */
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { manifestHash } from '../../../checkpoint/pack/write-manifest.js';
import type { ModelFiles } from '../model/model-files.js';
import { check } from '../rules.js';
import { computable, decidable } from '../tokens.js';

export interface EvaluationGate {
  /** What `moderate evaluate` wrote as JSON. */
  readonly file: string;
  /** Least macro-averaged F1, 0 to 1. @default - not asked for */
  readonly minMacroF1?: number;
  /** Least share of the harmful posts for which any class is predicted, 0 to 1. @default - not asked for */
  readonly minHarmfulRecall?: number;
}

const figure = z.looseObject({ value: z.number().nullable(), low: z.number().nullable() });

/** As much of an evaluation as is read here. */
const evaluationSchema = z.looseObject({
  format: z.literal(1),
  model: z.looseObject({ pack: z.string().nullable() }),
  summary: z
    .looseObject({
      f1: z.looseObject({ macro: figure }),
      anyHarmful: z.looseObject({ recall: figure }),
    })
    .nullable(),
});

type Evaluation = z.infer<typeof evaluationSchema>;

const JUDGED_NOW = 'the evidence is judged at synthesis; give it as it is';

/**
 * A figure passes by the lower bound of its interval, so that few labelled posts do not pass by luck; by its value where
 * the evaluation made no intervals.
 *
 * @param files the model; undefined for one in S3, whose pack is not known at synthesis
 * @throws ModerationError `invalid_configuration`, listing everything that is missing or too low
 */
export function checkEvaluation(gate: EvaluationGate, files: ModelFiles | undefined): void {
  const { minMacroF1, minHarmfulRecall } = gate;
  const file = decidable('evaluationGate.file', gate.file, JUDGED_NOW);
  for (const floor of ['minMacroF1', 'minHarmfulRecall'] as const) {
    computable(`evaluationGate.${floor}`, gate[floor] ?? 0, JUDGED_NOW);
  }
  const evaluation = readEvaluation(file);
  const pack = files?.manifest === undefined ? undefined : manifestHash(files.manifest);
  const measured = evaluation?.model.pack;
  check(`evidence for the model (${file})`, [
    {
      broken: minMacroF1 === undefined && minHarmfulRecall === undefined,
      problem: 'no floor is set, so any evaluation would pass; set minMacroF1, minHarmfulRecall or both.',
    },
    ...[minMacroF1, minHarmfulRecall].map((floor) => ({
      broken: floor !== undefined && !(floor >= 0 && floor <= 1),
      problem: `a floor is ${floor}; expected a number from 0 to 1.`,
    })),
    {
      broken: evaluation === undefined,
      problem: 'the file is missing, or is no evaluation; write one with `moderate evaluate`.',
    },
    {
      broken: pack === undefined,
      problem:
        'the model is no pack on this machine, so nothing says that it was the one measured; deploy a pack folder (`moderate convert`).',
    },
    {
      broken: evaluation !== undefined && pack !== undefined && measured !== pack,
      problem: `it measured the pack ${measured ?? 'that it does not name'}, and the model is the pack ${pack}; evaluate this one.`,
    },
    ...floors(evaluation, gate),
  ]);
}

function floors(evaluation: Evaluation | undefined, { minMacroF1, minHarmfulRecall }: EvaluationGate) {
  if (evaluation === undefined) return [];
  const { summary } = evaluation;
  const wanted = [
    ['macro F1', summary?.f1.macro, minMacroF1],
    ['recall of harmful posts', summary?.anyHarmful.recall, minHarmfulRecall],
  ] as const;
  return wanted.map(([name, found, floor]) => {
    const least = found?.low ?? found?.value;
    return {
      broken: floor !== undefined && !(typeof least === 'number' && least >= floor),
      problem: `${name} is ${told(found)}; at least ${floor} is asked for.`,
    };
  });
}

function told(found: z.infer<typeof figure> | undefined): string {
  if (found === undefined || found.value === null) return 'not measured';
  return found.low === null ? String(found.value) : `${found.value}, at least ${found.low}`;
}

function readEvaluation(file: string): Evaluation | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return evaluationSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}
