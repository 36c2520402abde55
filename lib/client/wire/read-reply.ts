/** Nothing passes as a prediction that might not be one: an answer in doubt is an error, never "not harmful". */
import { z } from 'zod';
import { ERRORS } from '../../contract/errors.js';
import {
  itemErrorSchema,
  type ModelInfo,
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
  /** The thresholds that were applied, per class. */
  readonly thresholds: Readonly<Record<string, number>>;
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
  const { predictions, model, thresholds, request_id: requestId, timings } = parsed.data;
  if (predictions.length !== items.length) {
    const counts = `${predictions.length} slots for ${items.length} posts`;
    return invalid(`The answer has ${counts}, so none can be told from another.`, requestId);
  }
  const asked = Object.entries(question.parameters.thresholds ?? {});
  if (asked.some(([name, threshold]) => thresholds[name] !== threshold)) {
    return invalid('The answer applies other thresholds than were asked for.', requestId);
  }
  const frame = { model, thresholds, requestId, timings };
  return { ok: true, frame, slots: items.map((item, slot) => readSlot(predictions[slot], item, frame)) };
}

function readSlot(slot: unknown, item: Item, { thresholds, requestId }: ReplyFrame): SlotAnswer | Failure {
  // Whatever has an error is none of a prediction, even if it looks like one besides.
  if (typeof slot === 'object' && slot !== null && 'error' in slot) return readError(slot, item, requestId);
  const parsed = predictionSchema.safeParse(slot);
  if (!parsed.success) return invalid(`The slot breaks the contract at ${placeOf(parsed.error)}.`, requestId);
  const doubt = doubtOf(parsed.data, item, thresholds);
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
function doubtOf(
  prediction: Prediction,
  item: Item,
  thresholds: Readonly<Record<string, number>>,
): string | undefined {
  const { class_predictions: predicted, probabilities, modalities_used: used } = prediction;
  const classes = Object.keys(thresholds);
  const differ = (given: object): boolean =>
    Object.keys(given).length !== classes.length || !classes.every((name) => Object.hasOwn(given, name));
  const contradicts = (name: string): boolean =>
    predicted[name] !== (probabilities[name] ?? Number.NaN) >= (thresholds[name] ?? Number.NaN);
  const doubts: readonly (readonly [boolean, string])[] = [
    [prediction.id !== item.id, 'The slot has not the id of its post.'],
    [classes.length === 0, 'The answer names no classes.'],
    [differ(predicted) || differ(probabilities), 'The classes of the slot are not those of the answer.'],
    [classes.some(contradicts), 'class_predictions contradicts probabilities and thresholds.'],
    [
      prediction.any_harmful !== Object.values(predicted).includes(true),
      'any_harmful contradicts class_predictions.',
    ],
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
