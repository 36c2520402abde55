/** Nothing passes as a prediction that might not be one: an answer in doubt is an error, never "not harmful". */
import { z } from 'zod';
import { ERRORS } from '../../contract/errors.js';
import { combinationOf } from '../../contract/modality.js';
import {
  itemErrorSchema,
  type ModelInfo,
  type PolicyInfo,
  type Prediction,
  predictionSchema,
  replySchema,
} from '../../contract/reply.js';
import type { Parameters } from '../../contract/request.js';
import type { ServiceErrorCode } from '../errors/codes.js';
import { type Failure, failure } from '../errors/failure.js';
import type { Item } from './item.js';

/** What an answer says about all of its posts. */
export interface ReplyFrame {
  readonly model: ModelInfo;
  /** The thresholds that were applied, per class; where a policy has others by modality, its own tell them. */
  readonly thresholds: Readonly<Record<string, number>>;
  /** What the decisions rest on. Undefined when the service has no policy; predictions have no decision then. */
  readonly policy?: PolicyInfo | undefined;
  readonly requestId: string;
  /** Milliseconds by stage, where they were asked for. */
  readonly timings?: Readonly<Record<string, number>> | undefined;
}

export interface SlotAnswer {
  readonly ok: true;
  readonly prediction: Prediction;
}

export interface Reply {
  readonly ok: true;
  readonly frame: ReplyFrame;
  /** One for each item, in order. */
  readonly slots: readonly (SlotAnswer | Failure)[];
}

/** The frame is judged as a whole, each slot on its own. */
const frameSchema = replySchema.extend({ predictions: z.array(z.unknown()) });

/** What was asked. */
export interface Question {
  readonly items: readonly Item[];
  readonly parameters: Parameters;
  readonly requestId: string;
}

/** The slots of an answer, or why it cannot be trusted as a whole. */
export function readReply(body: Uint8Array, question: Question): Reply | Failure {
  const { items, requestId: sentId } = question;
  const document = parse(body);
  if (document === undefined) return invalid('The answer is no JSON document.', sentId);
  const parsed = frameSchema.safeParse(document);
  if (!parsed.success) return invalid(`The answer breaks the contract at ${placeOf(parsed.error)}.`, sentId);
  const { predictions, model, thresholds, policy, request_id: requestId, timings } = parsed.data;
  if (predictions.length !== items.length) {
    const counts = `${predictions.length} slots for ${items.length} posts`;
    return invalid(`The answer has ${counts}, so none can be told from another.`, requestId);
  }
  const asked = Object.entries(question.parameters.thresholds ?? {});
  const tables = [policy?.thresholds, ...(policy?.by_parts ?? []).map((row) => row.thresholds)];
  const applied = [thresholds, ...tables.flatMap((table) => Object.values(table ?? {}))];
  if (asked.some(([name, threshold]) => applied.some((each) => each[name] !== threshold))) {
    return invalid('The answer applies other thresholds than were asked for.', requestId);
  }
  const frame = { model, thresholds, policy, requestId, timings };
  return { ok: true, frame, slots: items.map((item, slot) => readSlot(predictions[slot], item, frame)) };
}

function readSlot(slot: unknown, item: Item, frame: ReplyFrame): SlotAnswer | Failure {
  const { requestId } = frame;
  // Whatever has an error is none of a prediction, even if it looks like one besides.
  if (typeof slot === 'object' && slot !== null && 'error' in slot) return readError(slot, item, requestId);
  const parsed = predictionSchema.safeParse(slot);
  if (!parsed.success) return invalid(`The slot breaks the contract at ${placeOf(parsed.error)}.`, requestId);
  const doubt = doubtOf(parsed.data, item, frame);
  return doubt === undefined ? { ok: true, prediction: parsed.data } : invalid(doubt, requestId);
}

function readError(slot: object, item: Item, requestId: string): Failure {
  const parsed = itemErrorSchema.safeParse(slot);
  if (!parsed.success) return invalid(`The slot breaks the contract at ${placeOf(parsed.error)}.`, requestId);
  const { id, error } = parsed.data;
  if (id !== undefined && id !== item.id) return invalid('The slot has the id of another post.', requestId);
  const { code, message, retryable, retry_after_ms: retryAfterMs } = error;
  if (!Object.hasOwn(ERRORS, code)) return { ok: false, code, message, retryable, retryAfterMs, requestId };
  return failure(code as ServiceErrorCode, message, { retryAfterMs, requestId });
}

/** Why a well-formed prediction cannot be the answer to this post. */
function doubtOf(prediction: Prediction, item: Item, { policy, ...frame }: ReplyFrame): string | undefined {
  const { class_predictions: predicted, probabilities, modalities_used: used } = prediction;
  const { calibrated_probabilities: calibrated = probabilities } = prediction;
  const table = policyRow(policy, prediction.parts?.length ?? 1);
  const thresholds = table?.[combinationOf(used)] ?? frame.thresholds;
  const classes = Object.keys(thresholds);
  const differ = (given: object): boolean =>
    Object.keys(given).length !== classes.length || !classes.every((name) => Object.hasOwn(given, name));
  const contradicts = (name: string): boolean =>
    predicted[name] !== (probabilities[name] ?? Number.NaN) >= (thresholds[name] ?? Number.NaN);
  const doubts: readonly (readonly [boolean, string])[] = [
    [prediction.id !== item.id, 'The slot has not the id of its post.'],
    [classes.length === 0, 'The answer names no classes.'],
    [
      [predicted, probabilities, calibrated].some(differ),
      'The classes of the slot are not those of the answer.',
    ],
    [classes.some(contradicts), 'class_predictions contradicts probabilities and thresholds.'],
    [
      prediction.any_harmful !== Object.values(predicted).includes(true),
      'any_harmful contradicts class_predictions.',
    ],
    ...decisionDoubts(prediction, policy),
    ...partDoubts(prediction),
    [
      used.includes('image') !== item.hasImage,
      'The answer rests on an image where the post has none, or the reverse.',
    ],
    [
      item.hasText !== undefined && used.includes('text') !== item.hasText,
      'The answer rests on a text where the post has none, or the reverse.',
    ],
  ];
  return doubts.find(([applies]) => applies)?.[1];
}

/** A decision must be there where a policy is, or code that looks for `flag` would let every post pass. */
function decisionDoubts(
  { decision, audit, any_harmful: harmful }: Prediction,
  policy: PolicyInfo | undefined,
): readonly (readonly [boolean, string])[] {
  return [
    [
      policy !== undefined && decision === undefined,
      'The slot has no decision, though a policy is in force.',
    ],
    [decision === 'allow' && harmful, 'The decision allows a post with a predicted class.'],
    [audit === true && decision !== 'review', 'An audited post is not sent to review.'],
  ];
}

/** The thresholds of posts with so many answers. */
function policyRow(policy: PolicyInfo | undefined, answers: number): PolicyInfo['thresholds'] | undefined {
  const row = policy?.by_parts?.findLast(({ at_least }) => answers >= at_least);
  return row?.thresholds ?? policy?.thresholds;
}

/** The strictest part decides: no part may have a higher probability than the post. */
function partDoubts({
  parts,
  decided_by,
  probabilities,
}: Prediction): readonly (readonly [boolean, string])[] {
  const highest = (name: string): number =>
    Math.max(...(parts ?? []).map((part) => part.probabilities[name] ?? Number.NaN));
  return [
    [(parts === undefined) !== (decided_by === undefined), 'Only one of parts and decided_by is there.'],
    [parts !== undefined && (decided_by ?? 0) >= parts.length, 'decided_by names no part.'],
    [
      parts !== undefined && Object.entries(probabilities).some(([name, value]) => highest(name) !== value),
      'The probabilities are not the highest of the parts.',
    ],
  ];
}

function invalid(message: string, requestId: string): Failure {
  return failure('reply_invalid', message, { requestId });
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

/** Where a schema was broken, without the value that stood there. */
function placeOf(error: z.ZodError): string {
  const path = error.issues[0]?.path ?? [];
  return path.length === 0 ? 'its top' : path.map(String).join('.').slice(0, 120);
}
