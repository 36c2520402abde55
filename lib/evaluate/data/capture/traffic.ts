import { createHash } from 'node:crypto';
import { COMBINATIONS, combinationOf } from '../../../contract/modality.js';
import type { ModelInfo } from '../../../contract/reply.js';
import type { Scores } from '../../scores.js';
import {
  type CapturedSlot,
  type CaptureRecord,
  type RecordCode,
  readCaptureRecord,
} from './capture-record.js';

/** Answers without the class names of the others. */
const OTHER_CLASSES = 'output_unreadable' satisfies RecordCode;

/** What of the captured traffic is looked at. */
export interface TrafficFilter {
  /** The classes, when they are known: answers with others are unreadable. @default those of the first answer */
  readonly classes?: readonly string[] | undefined;
  /** The first characters of the only pack whose answers count; answers that name none are left out. @default all */
  readonly pack?: string | undefined;
  /** Milliseconds since 1970; records without a time are left out then. @default all */
  readonly from?: number | undefined;
  /** The first moment that does not count any more. */
  readonly to?: number | undefined;
}

/** Collects captured answers, record by record. */
export class Traffic {
  readonly #filter: TrafficFilter;
  readonly #hash = createHash('sha256');
  readonly #seen = new Set<string>();
  readonly #rows: { readonly values: Float64Array; readonly combination: number; readonly time: number }[] =
    [];
  #classes: readonly string[] | undefined;
  /** Records that count. */
  records = 0;
  /** Records whose event was there already. */
  duplicates = 0;
  /** Records outside the filter. */
  leftOut = 0;
  readonly unreadable = new Map<RecordCode, number>();
  /** Posts without an answer, by error code. */
  readonly unjudged = new Map<string, number>();
  readonly unjudgedTimes: number[] = [];
  /** Answered posts by pack. */
  readonly models = new Map<string, { readonly model: ModelInfo; posts: number }>();
  /** Those of the last answer that told them. */
  thresholds: Readonly<Record<string, number>> | undefined;

  constructor(filter: TrafficFilter) {
    this.#filter = filter;
    this.#classes = filter.classes;
  }

  get classes(): readonly string[] {
    return this.#classes ?? [];
  }

  /** SHA-256 of all lines so far, each with a line break. */
  get sha256(): string {
    return this.#hash.copy().digest('hex');
  }

  add(line: string): void {
    this.#hash.update(`${line}\n`);
    const record = readCaptureRecord(line);
    if (typeof record === 'string') this.#refuse(record);
    else if (this.#isRepeated(record.eventId)) this.duplicates += 1;
    else if (!this.#isWanted(record)) this.leftOut += 1;
    else if (!this.#hasClasses(record.slots)) this.#refuse(OTHER_CLASSES);
    else this.#count(record);
  }

  /** The answered posts as columns, unlabelled, and when each was answered (NaN where that is unknown). */
  scores(): Scores & { readonly times: Float64Array } {
    const rows = this.#rows;
    return {
      classNames: this.classes,
      rows: rows.length,
      probabilities: this.classes.map((_, index) =>
        Float64Array.from(rows, ({ values }) => values[index] as number),
      ),
      labels: null,
      combinations: Uint8Array.from(rows, ({ combination }) => combination),
      times: Float64Array.from(rows, ({ time }) => time),
    };
  }

  #count({ model, thresholds, slots, time = Number.NaN }: CaptureRecord): void {
    this.records += 1;
    this.thresholds = thresholds ?? this.thresholds;
    for (const slot of slots) {
      if ('error' in slot) {
        this.unjudged.set(slot.error, (this.unjudged.get(slot.error) ?? 0) + 1);
        this.unjudgedTimes.push(time);
        continue;
      }
      const values = Float64Array.from(this.classes, (name) => slot.probabilities[name] as number);
      const combination = COMBINATIONS.indexOf(combinationOf(slot.modalities));
      this.#rows.push({ values, combination, time });
      if (model === undefined) continue;
      const entry = this.models.get(model.pack) ?? { model, posts: 0 };
      this.models.set(model.pack, { model, posts: entry.posts + 1 });
    }
  }

  #refuse(code: RecordCode): void {
    this.unreadable.set(code, (this.unreadable.get(code) ?? 0) + 1);
  }

  #isRepeated(eventId: string | undefined): boolean {
    if (eventId === undefined) return false;
    const repeated = this.#seen.has(eventId);
    this.#seen.add(eventId);
    return repeated;
  }

  #isWanted({ model, time, slots }: CaptureRecord): boolean {
    const { pack, from, to } = this.#filter;
    if (from !== undefined && !(time !== undefined && time >= from)) return false;
    if (to !== undefined && !(time !== undefined && time < to)) return false;
    if (pack === undefined || slots.every((slot) => 'error' in slot)) return true;
    return model?.pack.startsWith(pack) ?? false;
  }

  #hasClasses(slots: readonly CapturedSlot[]): boolean {
    return slots.every((slot) => {
      if ('error' in slot) return true;
      const names = Object.keys(slot.probabilities);
      this.#classes ??= names;
      return names.length === this.classes.length && this.classes.every((name) => names.includes(name));
    });
  }
}
