import { createReadStream } from 'node:fs';
import { ModerationError } from '../../contract/errors.js';
import { linesOf } from '../../contract/lines.js';
import { COMBINATIONS, type Combination, combinationOf } from '../../contract/modality.js';
import { actionOfUnseen } from '../../contract/unseen.js';
import { groupColumn, type Scores } from '../scores.js';
import { HARMFUL } from './labels.js';
import {
  isHeader,
  isUnjudged,
  type JudgedLine,
  type PredictionsHeader,
  parsePredictionLine,
  type UnjudgedLine,
} from './predictions-format.js';

/** What a finished predictions file holds, in the order of the rows. */
export interface PredictionSet {
  readonly header: PredictionsHeader & { readonly data: NonNullable<PredictionsHeader['data']> };
  readonly judged: readonly JudgedLine[];
  readonly unjudged: readonly UnjudgedLine[];
}

/**
 * Reads a predictions file.
 *
 * @param limit the most rows of the data to take, the first ones; default: all
 * @throws ModerationError `invalid_configuration` when it is unfinished, has a row twice or holds something else
 */
export async function readPredictions(
  path: string,
  limit = Number.POSITIVE_INFINITY,
): Promise<PredictionSet> {
  let header: PredictionsHeader | undefined;
  const judged: JudgedLine[] = [];
  const unjudged: UnjudgedLine[] = [];
  const seen = new Set<number>();
  let number = 0;
  for await (const text of contentOf(path)) {
    number += 1;
    const line = parsePredictionLine(text);
    if (line === undefined) throw invalid(`Line ${number} of ${path} is none of a predictions file.`);
    if (isHeader(line)) {
      header = line;
      continue;
    }
    if (seen.has(line.row)) throw invalid(`${path} has row ${line.row} twice.`);
    seen.add(line.row);
    if (line.row > limit) continue;
    if (isUnjudged(line)) unjudged.push(line);
    else judged.push(line);
  }
  if (header === undefined) throw invalid(`${path} has no header line; expected a predictions file.`);
  const { data } = header;
  if (data === null || data.rows !== seen.size) {
    throw invalid(
      `${path} is unfinished: it holds ${seen.size} rows${data === null ? '' : ` of ${data.rows}`}. ` +
        'Run the `moderate evaluate` that writes it again, or name another file.',
    );
  }
  const byRow = (a: { row: number }, b: { row: number }) => a.row - b.row;
  return { header: { ...header, data }, judged: judged.sort(byRow), unjudged: unjudged.sort(byRow) };
}

async function* contentOf(path: string): AsyncGenerator<string> {
  const stream = createReadStream(path);
  try {
    for await (const text of linesOf(stream)) {
      if (text.trim() !== '') yield text;
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw code === undefined ? cause : invalid(`${path} cannot be read (${code}).`);
  } finally {
    stream.destroy();
  }
}

/** How many rows have no answer, by error code. */
export function unjudgedByCode({ unjudged }: PredictionSet): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { error } of unjudged) counts[error.code] = (counts[error.code] ?? 0) + 1;
  return counts;
}

/** Group column of how many answers a post has: the more there are, the likelier one is a false alarm. */
const PARTS = 'parts';

function partsGroup(answers: number): string {
  if (answers === 1) return '1';
  return answers <= 4 ? '2 to 4' : '5 and more';
}

/** How many judged rows have something that was not seen, by its code. */
export function unseenByCode({ judged }: PredictionSet): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { unseen = [] } of judged) {
    for (const code of new Set(unseen.map((entry) => entry.code))) counts[code] = (counts[code] ?? 0) + 1;
  }
  return counts;
}

/** Judged rows that the default rules send to review for what was not seen. */
export function reviewedForUnseen({ judged }: PredictionSet): number {
  return judged.filter(({ unseen = [] }) => actionOfUnseen(unseen) !== 'allow').length;
}

/** Whether the data tells only whether posts are harmful, while the model has classes. */
export function isBinary({ judged }: PredictionSet): boolean {
  return judged[0]?.harmful !== undefined;
}

/**
 * The judged rows as columns.
 *
 * Data that tells only whether a post is harmful has the one class `harmful`: the largest of the probabilities, each
 * stretched so that its threshold lies at 0.5. At 0.5 it decides as `any_harmful` does.
 *
 * @throws ModerationError `invalid_configuration` when a row has other classes than the header
 */
export function scoresOf(set: PredictionSet): Scores {
  const { header, judged } = set;
  const combinations = Uint8Array.from(judged, ({ modalities }) =>
    COMBINATIONS.indexOf(combinationOf(modalities)),
  );
  const columns = new Set(judged.flatMap(({ groups }) => Object.keys(groups ?? {})));
  const groups = [
    ...[...columns].map((name) =>
      groupColumn(
        name,
        judged.map((line) => line.groups?.[name] ?? null),
      ),
    ),
    ...(judged.some(({ answers }) => answers !== undefined) && !columns.has(PARTS)
      ? [
          groupColumn(
            PARTS,
            judged.map(({ answers = 1 }) => partsGroup(answers)),
          ),
        ]
      : []),
  ];
  const probabilities = columnsOf(
    header,
    judged.map(({ row, probabilities: values }) => ({ row, values })),
  );
  const base = { rows: judged.length, combinations, ...(groups.length > 0 && { groups }) };
  if (judged.some(({ harmful }) => (harmful !== undefined) !== isBinary(set))) {
    throw invalid('Some rows have labels of classes, others only 0 or 1; expected one of the two.');
  }
  if (isBinary(set)) {
    const labels = [Uint8Array.from(judged, ({ harmful }) => Number(harmful))];
    return { ...base, classNames: [HARMFUL], probabilities: [stretched(probabilities, header)], labels };
  }
  const labels = header.classes.map((name) =>
    Uint8Array.from(judged, ({ labels: names }) => Number(names?.includes(name))),
  );
  return { ...base, classNames: header.classes, probabilities, labels };
}

/**
 * The posts with text and image, judged whole and by each modality alone: those rows where all three were answered.
 * Undefined when there are none.
 */
export function ablationOf(set: PredictionSet): Partial<Record<Combination, Scores>> | undefined {
  const answered = set.judged.flatMap((line) => {
    const { text, image } = line.ablation ?? {};
    return text && image && 'probabilities' in text && 'probabilities' in image
      ? [{ line, text, image }]
      : [];
  });
  if (answered.length === 0) return undefined;
  const judgedBy = (lines: readonly JudgedLine[]) => scoresOf({ ...set, judged: lines });
  return {
    text: judgedBy(answered.map(({ line, text }) => ({ ...line, ...text, modalities: ['text'] }))),
    image: judgedBy(answered.map(({ line, image }) => ({ ...line, ...image, modalities: ['image'] }))),
    'text+image': judgedBy(answered.map(({ line }) => line)),
  };
}

interface RowValues {
  readonly row: number;
  readonly values: Readonly<Record<string, number>>;
}

function columnsOf({ classes }: PredictionsHeader, rows: readonly RowValues[]): Float64Array[] {
  for (const { row, values } of rows) {
    const names = Object.keys(values);
    if (names.length === classes.length && classes.every((name) => Object.hasOwn(values, name))) continue;
    throw invalid(`Row ${row} has the classes ${names.join(', ')}; the header has ${classes.join(', ')}.`);
  }
  return classes.map((name) => Float64Array.from(rows, ({ values }) => values[name] as number));
}

/** Below 1/2 by more than any rounding of the quotient can take back. */
const BELOW_HALF = 0.5 - Number.EPSILON;

function stretched(columns: readonly Float64Array[], { thresholds }: PredictionsHeader): Float64Array {
  const rows = columns[0]?.length ?? 0;
  const largest = new Float64Array(rows);
  columns.forEach((column, index) => {
    const threshold = thresholds[index] as number;
    column.forEach((value, row) => {
      const above = threshold === 1 ? 1 : 0.5 + (0.5 * (value - threshold)) / (1 - threshold);
      const place = value >= threshold ? above : Math.min((0.5 * value) / threshold, BELOW_HALF);
      largest[row] = Math.max(largest[row] as number, place);
    });
  });
  return largest;
}

function invalid(message: string): ModerationError {
  return new ModerationError('invalid_configuration', message);
}
