import { setTimeout as delay } from 'node:timers/promises';
import { ModerationError } from '../../lib/contract/errors.js';
import type { Limits } from '../../lib/contract/limits.js';
import type { Wishes } from '../../lib/contract/parts.js';
import type { Slot } from '../../lib/contract/reply.js';
import type { Admission, Demand, Engine } from '../engine.js';
import { type Candidate, demandOfEntry, type Entry, totalDemand } from '../request/candidate.js';
import type { TimeSlicer } from '../time-slicer.js';
import { decide, type Rules } from './decision.js';
import { declared, toErrorBody } from './errors.js';
import type { StageTimes } from './stage-times.js';

/** What the answering of one request needs. */
export interface Answering {
  readonly engine: Engine;
  readonly slicer: TimeSlicer;
  readonly rules: Rules;
  /** What is judged beside the first part of each post. */
  readonly wishes: Wishes;
  readonly limits: Limits;
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
  const { engine, slicer, signal, wishes, limits } = answering;
  const admission = engine.admit(totalDemand(candidates, wishes, limits));
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
 * refused only when its first line is; later ones wait for permits. What a line holds, and so what it needs, shows when
 * it is decoded.
 */
export async function answerLines(lines: readonly Candidate[], answering: Answering): Promise<Slot[]> {
  const slots: Slot[] = new Array(lines.length);
  const [line] = lines;
  if (line === undefined) return slots;
  const { engine, slicer, signal, wishes, limits } = answering;
  // Refused before anything is decoded where there is no room at all.
  const room = engine.admit(line.demand(wishes, limits));
  const entry = await slicer.run(line.decode(), signal).finally(() => room.release());
  const first = { entry, admission: engine.admit(demandOfEntry(entry, wishes, limits)) };
  const todo = lines.entries();
  const work = async (): Promise<void> => {
    for (const [index, each] of todo) {
      signal.throwIfAborted();
      slots[index] = await answerLine(each, answering, index === 0 ? first : undefined);
    }
  };
  await Promise.all(Array.from({ length: LINES_AT_ONCE }, work));
  return slots;
}

interface AdmittedLine {
  readonly entry: Entry;
  readonly admission: Admission;
}

async function answerLine(line: Candidate, answering: Answering, admitted?: AdmittedLine): Promise<Slot> {
  let admission = admitted?.admission;
  const { slicer, signal, wishes, limits } = answering;
  try {
    const entry = admitted?.entry ?? (await slicer.run(line.decode(), signal));
    try {
      admission ??= await admitInTime(demandOfEntry(entry, wishes, limits), answering);
    } catch (error) {
      return { ...namedBy(entry), error: toErrorBody(declaredTo(answering, error)) };
    }
    return await settle(entry, admission, answering);
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
  const named = namedBy(entry);
  try {
    if ('error' in entry) throw entry.error;
    const { signal, deadline, times, rules, wishes } = answering;
    const options = { signal, deadline, transfer: true, wishes };
    const classification = await admission.classify(entry.post, options);
    times.merge(classification.timings);
    return { ...named, ...decide(classification, rules) };
  } catch (error) {
    return { ...named, error: toErrorBody(declaredTo(answering, error)) };
  }
}

function namedBy({ id }: Entry): { readonly id?: string } {
  return id === undefined ? {} : { id };
}

function declaredTo({ signal, onDefect }: Answering, error: unknown): ModerationError {
  if (!(error instanceof ModerationError) && !signal.aborted) onDefect(error);
  return declared(error);
}
