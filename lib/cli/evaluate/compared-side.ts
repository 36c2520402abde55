/** One side of a comparison: predictions that are there, or a model that makes them. */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { openData } from '../../evaluate/data/open-data.js';
import { type PredictionSet, readPredictions } from '../../evaluate/data/predictions-file.js';
import { type TargetOptions, withClient } from '../predict/target.js';
import { startProgress } from '../terminal/progress.js';
import { wrongCall } from '../wrong-call.js';
import { collectPredictions } from './collect-predictions.js';
import { dataOptionsOf, type ParsedDataOptions } from './data-options.js';
import { makeFolder } from './write-files.js';

export interface SideOptions extends ParsedDataOptions, Pick<TargetOptions, 'region' | 'device'> {
  /** Where predictions that have to be made are kept. */
  readonly out?: string;
}

const PREDICTIONS_FILE = 'predictions.jsonl';

/**
 * @param source a predictions file, the folder of an evaluation, `http://…`, `endpoint:NAME`, or a model's folder
 * @param side its letter, which names the file of predictions that have to be made
 */
export async function readSide(
  source: string,
  side: 'a' | 'b',
  options: SideOptions,
  signal: AbortSignal,
): Promise<PredictionSet> {
  const saved = await savedPredictions(source);
  if (saved !== undefined) return readPredictions(saved, options.limit);
  const { data, out } = options;
  if (data === undefined || out === undefined) {
    wrongCall(`${source} holds no ${PREDICTIONS_FILE}; a model that is to make them needs --data and --out`);
  }
  await makeFolder(resolve(out));
  const output = join(resolve(out), `${side}.${PREDICTIONS_FILE}`);
  const reader = await openData(dataOptionsOf(data, options));
  const progress = startProgress(`classifying with ${side.toUpperCase()}`);
  const run = (client: Parameters<typeof collectPredictions>[0]['client']) =>
    collectPredictions({
      client,
      data: reader,
      output,
      ablation: false,
      options: {},
      signal,
      onProgress: progress.update,
    });
  await withClient(targetOf(source, options), {}, signal, run).finally(progress.stop);
  return readPredictions(output);
}

async function savedPredictions(source: string): Promise<string | undefined> {
  if (/^https?:\/\/|^endpoint:/.test(source)) return undefined;
  if (/\.jsonl$/i.test(source)) return resolve(source);
  const file = join(resolve(source), PREDICTIONS_FILE);
  return (await stat(file).catch(() => undefined))?.isFile() ? file : undefined;
}

function targetOf(source: string, { region, device }: SideOptions): TargetOptions {
  if (/^https?:\/\//.test(source)) return { url: source };
  if (!source.startsWith('endpoint:')) return { model: source, ...(device && { device }) };
  return { endpoint: source.slice('endpoint:'.length), ...(region !== undefined && { region }) };
}
