import type { Classification } from '../../client/index.js';
import { combinationOf } from '../../contract/modality.js';
import type { Part } from '../../contract/parts.js';
import { UNSEEN, type Unseen, type UnseenCode } from '../../contract/unseen.js';

const BAR = 20;

/** A post's answer for people: a line for each class, and what the answer rests on. */
export function printClassification({ prediction, model, policy, ...frame }: Classification): void {
  const {
    probabilities,
    class_predictions: predicted,
    modalities_used: used,
    unseen = [],
    parts,
    decided_by: decidedBy,
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
  console.log(`read: ${used.join(' and ')}`);
  if (parts !== undefined)
    console.log(`parts: ${parts.length}, the strictest is ${placeOf(parts[decidedBy ?? 0])}`);
  for (const entry of unseen) console.log(`not seen: ${describe(entry)}`);
  if (model.demonstration) {
    console.log('This is the demonstration model: its answers mean nothing about real posts.');
  }
}

function describe({ code, figure, image, read, total }: Unseen): string {
  const meaning = Object.hasOwn(UNSEEN, code) ? UNSEEN[code as UnseenCode].meaning : code;
  const counted = total === undefined ? '' : ` ${read ?? 0} of ${total} were.`;
  const which = image === undefined ? '' : `image ${image + 1}: `;
  return `${which}${meaning}${counted} (${code}, ${figure})`;
}

function placeOf(part: Part | undefined): string {
  const { text, image } = part ?? {};
  const places = [
    ...(text
      ? [`tokens ${text.tokens[0]} to ${text.tokens[1]}${text.view === 'shown' ? ' as shown' : ''}`]
      : []),
    ...(image
      ? [
          `image ${image.index + 1}, frame ${image.frame + 1}${image.tile ? `, tile ${image.tile.join(',')}` : ''}` +
            (image.view === 'stored' ? '' : `, ${image.view.replace('_', ' ')}`),
        ]
      : []),
  ];
  return places.join(' with ');
}
