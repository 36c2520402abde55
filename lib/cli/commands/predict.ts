import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Manifest } from '../../checkpoint/manifest.js';
import { DEVICES, type Device } from '../../contract/environment.js';
import type { Classification } from '../../engine/classification.js';
import { resolveModel } from '../resolve-model.js';
import { untilInterrupted } from '../terminal/interrupt.js';

interface PredictOptions {
  model: string;
  text?: string;
  image?: string;
  device: Device;
  json: boolean;
}

export function define(command: Command): void {
  command
    .option('--model <dir>', 'model pack or checkpoint', 'models/demo')
    .option('--text <text>', 'the text of the post')
    .option('--image <file>', 'an image file: JPEG, PNG, WebP, GIF, TIFF or AVIF')
    .addOption(new Option('--device <device>', 'where the encoders run').choices(DEVICES).default('auto'))
    .option('--json', 'print the prediction as the service answers it', false)
    .addHelpText(
      'after',
      `
Examples:
  moderate predict --text "a quiet morning by the lake"
  moderate predict --model models/pack --text "look at this" --image photo.jpg --json`,
    )
    .action(predict);
}

async function predict(options: PredictOptions): Promise<void> {
  if (options.text === undefined && options.image === undefined) {
    throw new InvalidArgumentError('nothing to classify: give --text, --image or both');
  }
  const image = options.image === undefined ? null : await readFile(options.image);
  const { Classifier } = await import('../../engine/classifier.js');
  await untilInterrupted(async (signal) => {
    const model = await resolveModel(options.model, { signal });
    try {
      const classifier = await Classifier.load(model.packFolder, { device: options.device, signal });
      try {
        const classification = await classifier.classify({ text: options.text, image }, { signal });
        print(classification, classifier.manifest, options.json);
      } finally {
        await classifier.close();
      }
    } finally {
      await model.dispose();
    }
  });
}

function print(classification: Classification, manifest: Manifest, json: boolean): void {
  const rows = manifest.classNames.map((name, index) => {
    const probability = classification.probabilities[index] ?? Number.NaN;
    const threshold = manifest.thresholds[index] ?? Number.NaN;
    return { name, probability, threshold, flagged: probability >= threshold };
  });
  if (json) {
    console.log(
      JSON.stringify({
        class_predictions: Object.fromEntries(rows.map(({ name, flagged }) => [name, flagged])),
        probabilities: Object.fromEntries(rows.map(({ name, probability }) => [name, probability])),
        any_harmful: rows.some(({ flagged }) => flagged),
        modalities_used: classification.modalitiesUsed,
        text_truncated: classification.textTruncated,
      }),
    );
    return;
  }
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, probability, threshold, flagged } of rows) {
    const bar = '█'.repeat(Math.round(20 * probability)).padEnd(20, '·');
    console.log(
      `${name.padEnd(width)}  ${bar}  ${probability.toFixed(4)}  ${flagged ? 'FLAGGED' : 'below'} (threshold ${threshold.toFixed(2)})`,
    );
  }
  const read = `read: ${classification.modalitiesUsed.join(' and ')}`;
  console.log(`${read}${classification.textTruncated ? '; the text was longer than the model reads' : ''}`);
  if (manifest.demonstration)
    console.log('This is the demonstration model: its answers mean nothing about real posts.');
}
