import { saveFile } from '../save-file.js';
import type { Settings } from '../settings.js';
import type { Result } from './results.js';

export function downloadCsv(results: readonly Result[], classes: readonly string[]): void {
  const header = ['row', 'id', 'text', 'decision', 'error_code', 'error_message', 'modalities', ...classes];
  const lines = [header, ...results.map((result) => record(result, classes))];
  saveFile(
    'moderation-results.csv',
    'text/csv',
    lines.map((line) => `${line.map(cell).join(',')}\r\n`).join(''),
  );
}

export function downloadJsonLines(results: readonly Result[], settings: Settings): void {
  const thresholds = Object.fromEntries(settings.classes.map((name) => [name, settings.threshold(name)]));
  const lines = results.map(({ row, outcome, verdict }) => {
    const answer = outcome ?? {};
    return JSON.stringify({ row: row.number, id: row.id, decision: verdict, ...fields(answer), thresholds });
  });
  saveFile('moderation-results.jsonl', 'application/jsonlines', lines.map((line) => `${line}\n`).join(''));
}

function fields(outcome: Partial<{ judgement: { id?: string | undefined }; error: unknown }>): object {
  if (outcome.judgement === undefined) return { error: outcome.error };
  const { id: _, ...prediction } = outcome.judgement;
  return { prediction };
}

function record({ row, outcome, verdict }: Result, classes: readonly string[]): (string | number)[] {
  const start = [row.number, row.id, row.text ?? '', verdict];
  if (outcome === undefined || 'error' in outcome) {
    const { code = '', message = '' } = outcome?.error ?? {};
    return [...start, code, message, '', ...classes.map(() => '')];
  }
  const { modalities_used, probabilities } = outcome.judgement;
  return [...start, '', '', modalities_used.join('+'), ...classes.map((name) => probabilities[name] ?? '')];
}

/**
 * A cell of a CSV file. Spreadsheets run what starts like a formula, and a post may: such text gets an apostrophe, which
 * they take for "this is text".
 */
function cell(value: string | number): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
