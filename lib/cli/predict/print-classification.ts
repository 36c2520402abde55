import type { Classification } from '../../client/index.js';
import { combinationOf } from '../../contract/modality.js';

const BAR = 20;

/** A post's answer for people: a line for each class, and what the answer rests on. */
export function printClassification({ prediction, model, policy, ...frame }: Classification): void {
  const {
    probabilities,
    class_predictions: predicted,
    modalities_used: used,
    text_truncated: cut,
    decision,
    audit,
  } = prediction;
  const thresholds = policy?.thresholds[combinationOf(used)] ?? frame.thresholds;
  const width = Math.max(...Object.keys(probabilities).map((name) => name.length));
  for (const [name, probability] of Object.entries(probabilities)) {
    const bar = '█'.repeat(Math.round(BAR * probability)).padEnd(BAR, '·');
    const verdict = predicted[name] ? 'FLAGGED' : 'below';
    const threshold = (thresholds[name] ?? Number.NaN).toFixed(2);
    console.log(
      `${name.padEnd(width)}  ${bar}  ${probability.toFixed(4)}  ${verdict} (threshold ${threshold})`,
    );
  }
  if (decision !== undefined) {
    const why = audit ? ' (allowed by every class, drawn for an audit)' : '';
    console.log(`decision: ${decision}${why}, by the policy ${policy?.name ?? 'unnamed'}`);
  }
  console.log(`read: ${used.join(' and ')}${cut ? '; the text was longer than the model reads' : ''}`);
  if (model.demonstration) {
    console.log('This is the demonstration model: its answers mean nothing about real posts.');
  }
}
