import { setTimeout as delay } from 'node:timers/promises';
import { ModerationError } from '../../lib/contract/errors.js';
import type { Slot } from '../../lib/contract/reply.js';
import type { Admission, Demand, Engine } from '../engine.js';
import { type Candidate, type Entry, totalDemand } from '../request/candidate.js';
import type { TimeSlicer } from '../time-slicer.js';
import { decide, type Rules } from './decision.js';
import { declared, toErrorBody } from './errors.js';
import type { StageTimes } from './stage-times.js';

/** What the answering of one request needs. */
export interface Answering {
  readonly engine: Engine;
  readonly slicer: TimeSlicer;
  readonly rules: Rules;
  /** Aborted when the caller left. */
  readonly signal: AbortSignal;
  /** In milliseconds of `performance.now()`. */
  readonly deadline: number;
  readonly times: StageTimes;
  /** Told of an error that nobody declared. */
  readonly onDefect: (error: unknown) => void;
}

/** Lines of one request that are decoded or computed at a time: several full batches. */
export const LINES_AT_ONCE = 64;
/** The longest wait before a refused line is tried again. */
const MAX_WAIT_MS = 1000;

/** One slot per candidate, in order. All of them are admitted, or the request is refused by a ModerationError. */
export async function answerTogether(
  candidates: readonly Candidate[],
  answering: Answering,
): Promise<Slot[]> {
  const { engine, slicer, signal } = answering;
  const admission = engine.admit(totalDemand(candidates));
  try {
    const slots: Promise<Slot>[] = [];
    for (const candidate of candidates) {
      slots.push(settle(await slicer.run(candidate.decode(), signal), admission, answering));
    }
    return await Promise.all(slots);
  } finally {
    admission.release();
  }
}

/**
 * One slot per line, in order, a window of them at a time: thousands of lines never fill the queues. The request is
 * refused only when its first line is; later ones wait for a place.
 */
export async function answerLines(lines: readonly Candidate[], answering: Answering): Promise<Slot[]> {
  const slots: Slot[] = new Array(lines.length);
  const first = answering.engine.admit(lines[0]?.demand ?? { texts: 0, images: 0 });
  const todo = lines.entries();
  const work = async (): Promise<void> => {
    for (const [index, line] of todo) {
      answering.signal.throwIfAborted();
      slots[index] = await answerLine(line, answering, index === 0 ? first : undefined);
    }
  };
  await Promise.all(Array.from({ length: LINES_AT_ONCE }, work));
  return slots;
}

async function answerLine(line: Candidate, answering: Answering, admitted?: Admission): Promise<Slot> {
  let admission = admitted;
  try {
    admission ??= await admitInTime(line.demand, answering);
    return await settle(await answering.slicer.run(line.decode(), answering.signal), admission, answering);
  } catch (error) {
    return { error: toErrorBody(declaredTo(answering, error)) };
  } finally {
    admission?.release();
  }
}

/** A place, waited for until the deadline. */
async function admitInTime(demand: Demand, { engine, deadline, signal }: Answering): Promise<Admission> {
  for (;;) {
    try {
      return engine.admit(demand);
    } catch (error) {
      if (!(error instanceof ModerationError) || error.code !== 'overloaded') throw error;
      const waitMs = Math.min(error.retryAfterMs ?? MAX_WAIT_MS, MAX_WAIT_MS);
      if (performance.now() + waitMs >= deadline) throw error;
      await delay(waitMs, undefined, { signal });
    }
  }
}

/** The slot of an entry. It never rejects: a post that cannot be classified has an error for its answer. */
async function settle(entry: Entry, admission: Admission, answering: Answering): Promise<Slot> {
  const named = entry.id === undefined ? {} : { id: entry.id };
  try {
    if ('error' in entry) throw entry.error;
    const { signal, deadline, times, rules } = answering;
    const classification = await admission.classify(entry.post, { signal, deadline, transfer: true });
    times.merge(classification.timings);
    return { ...named, ...decide(classification, rules) };
  } catch (error) {
    return { ...named, error: toErrorBody(declaredTo(answering, error)) };
  }
}

function declaredTo({ signal, onDefect }: Answering, error: unknown): ModerationError {
  if (!(error instanceof ModerationError) && !signal.aborted) onDefect(error);
  return declared(error);
}
