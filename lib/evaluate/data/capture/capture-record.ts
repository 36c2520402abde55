/**
 * A record of SageMaker's data capture: one request with its answer, as a line of JSON. Posts and their texts stand in the
 * input; nothing of it is kept but how many posts there were.
 */
import { z } from 'zod';
import type { Modality } from '../../../contract/modality.js';
import { type ModelInfo, modelInfoSchema, predictionSchema } from '../../../contract/reply.js';

const sideSchema = z.object({ data: z.string(), encoding: z.string().optional() });

const recordSchema = z.object({
  captureData: z.object({
    endpointInput: sideSchema.nullish().catch(null),
    endpointOutput: sideSchema.nullish(),
  }),
  eventMetadata: z.object({ eventId: z.string().optional(), inferenceTime: z.string().optional() }),
});

/** Why a record tells nothing. */
export const RECORD_CODES = {
  record_invalid: 'The line is no record of data capture.',
  output_missing: 'The endpoint captures requests alone; answers are needed.',
  output_unreadable: 'The captured answer is none of this service: another model, or cut off.',
} as const;

export type RecordCode = keyof typeof RECORD_CODES;

export interface CaptureRecord {
  readonly eventId: string | undefined;
  /** Milliseconds since 1970; undefined when the record has no time. */
  readonly time: number | undefined;
  /** Undefined for JSON Lines, whose answers hold slots alone. */
  readonly model: ModelInfo | undefined;
  readonly thresholds: Readonly<Record<string, number>> | undefined;
  /** One for each post of the request. */
  readonly slots: readonly CapturedSlot[];
}

export type CapturedSlot =
  | { readonly probabilities: Readonly<Record<string, number>>; readonly modalities: readonly Modality[] }
  | { readonly error: string };

/** Reads a line; a string tells why it holds nothing. */
export function readCaptureRecord(line: string): CaptureRecord | RecordCode {
  const parsed = recordSchema.safeParse(parseJson(line));
  if (!parsed.success) return 'record_invalid';
  const { captureData, eventMetadata } = parsed.data;
  const { endpointInput: input, endpointOutput: output } = captureData;
  if (!output) return 'output_missing';
  const answer = readAnswer(decode(output), () => (input ? postsIn(decode(input)) : 1));
  if (answer === undefined) return 'output_unreadable';
  const time = Date.parse(eventMetadata.inferenceTime ?? '');
  return { eventId: eventMetadata.eventId, time: Number.isNaN(time) ? undefined : time, ...answer };
}

const frameSchema = z.object({
  predictions: z.array(z.unknown()),
  model: modelInfoSchema,
  thresholds: z.record(z.string(), z.number()),
});

const errorSchema = z.object({ error: z.object({ code: z.string() }) });

type Answer = Pick<CaptureRecord, 'model' | 'thresholds' | 'slots'>;

function readAnswer(text: string, posts: () => number): Answer | undefined {
  const whole = parseJson(text);
  const frame = frameSchema.safeParse(whole);
  if (frame.success) {
    const slots = frame.data.predictions.map(readSlot);
    const { model, thresholds } = frame.data;
    return slots.includes(undefined) ? undefined : { model, thresholds, slots: slots as CapturedSlot[] };
  }
  const failed = errorSchema.safeParse(whole);
  if (failed.success) {
    const slots = new Array<CapturedSlot>(posts()).fill({ error: failed.data.error.code });
    return { model: undefined, thresholds: undefined, slots };
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const slots = lines.map((line) => readSlot(parseJson(line)));
  if (lines.length === 0 || slots.includes(undefined)) return undefined;
  return { model: undefined, thresholds: undefined, slots: slots as CapturedSlot[] };
}

function readSlot(value: unknown): CapturedSlot | undefined {
  const failed = errorSchema.safeParse(value);
  if (failed.success) return { error: failed.data.error.code };
  const parsed = predictionSchema.safeParse(value);
  if (!parsed.success) return undefined;
  return { probabilities: parsed.data.probabilities, modalities: parsed.data.modalities_used };
}

/** How many posts a request had, as far as it can be told: it failed as a whole. */
function postsIn(text: string): number {
  const instances = z.object({ instances: z.array(z.unknown()).min(1) }).safeParse(parseJson(text));
  return instances.success ? instances.data.instances.length : 1;
}

/** `JSON` and `CSV` hold the body as text, `BASE64` what the endpoint's configuration does not list as either. */
function decode({ data, encoding }: z.infer<typeof sideSchema>): string {
  return encoding === 'BASE64' ? Buffer.from(data, 'base64').toString('utf8') : data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
