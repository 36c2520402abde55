import { ModerationError } from '../../contract/errors.js';
import { readPredictions, scoresOf, unjudgedByCode } from '../../evaluate/data/predictions-file.js';
import { isLabelled, type LabelledScores } from '../../evaluate/scores.js';

/** Labelled predictions that a policy may rest on. */
export interface CalibrationData {
  /** Of the pack that gave the probabilities. */
  readonly pack: string;
  readonly demonstration: boolean;
  readonly data: { readonly name: string; readonly sha256: string };
  readonly scores: LabelledScores;
  /** Rows without an answer, by error code. They are in no figure. */
  readonly unjudged: Readonly<Record<string, number>>;
  /** Whether frames and windows were judged, as a new policy has them. */
  readonly wholePosts: boolean;
}

/**
 * Reads a finished predictions file.
 *
 * @throws ModerationError `invalid_configuration` when it is none, or lacks the pack's hash, answers or the labels of
 * classes
 */
export async function loadCalibration(path: string): Promise<CalibrationData> {
  const set = await readPredictions(path);
  const { pack, demonstration } = set.header.model;
  if (pack === null || !/^[0-9a-f]{64}$/.test(pack)) {
    refuse(path, "does not tell the pack's hash, without which no server would apply the policy");
  }
  if (set.judged.length === 0) refuse(path, 'has no row with an answer');
  if (set.judged.some(({ labels }) => labels === undefined)) {
    refuse(path, 'tells only whether posts are harmful; a policy needs the labels of each class');
  }
  const scores = scoresOf(set);
  if (!isLabelled(scores)) refuse(path, 'has no labels');
  const { name, sha256 } = set.header.data;
  const { frames, windows } = set.header.parts ?? {};
  return {
    pack,
    demonstration,
    data: { name, sha256 },
    scores,
    unjudged: unjudgedByCode(set),
    wholePosts: frames === true && windows === true,
  };
}

function refuse(path: string, why: string): never {
  throw new ModerationError('invalid_configuration', `${path} ${why}.`);
}
