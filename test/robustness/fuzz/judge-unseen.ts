/**
 * An independent reading of what the model cannot have seen of an item. It knows less than the server and nothing of its
 * code: what it finds must be told, and must not be allowed.
 */
import { isRecord } from '../../../lib/contract/record.js';
import type { Prediction } from '../../../lib/contract/reply.js';

/** More words than any of the models reads tokens. */
const MANY_WORDS = 130;
const HIDDEN_IN_WORD = /[a-z]\u200b[a-z]/i;

interface Asked {
  readonly frames: boolean;
  readonly windows: boolean;
  readonly tiles: boolean;
  readonly shown: boolean;
}

const NOTHING: Asked = { frames: false, windows: false, tiles: false, shown: false };

/** What the parameters of a request that was answered ask for. */
export function askedOf(parameters: unknown): Asked {
  if (!isRecord(parameters)) return NOTHING;
  const { frames, windows, tiles, views } = parameters;
  return {
    frames: frames === true,
    windows: windows === true,
    tiles: tiles === true,
    shown: Array.isArray(views) && views.includes('shown'),
  };
}

/** Throws where something that was not seen is not told, is allowed, or parts contradict the answer. */
export function checkUnseen(
  item: Readonly<Record<string, unknown>>,
  asked: Asked,
  prediction: Prediction,
): void {
  const { decision, unseen, parts, decided_by: decidedBy, probabilities } = prediction;
  if (unseen === undefined) throw new Error('an answer tells nothing of what was not seen');
  if (decision === undefined) throw new Error('an answer has no decision');
  for (const code of hiddenIn(item, asked)) {
    if (!unseen.some((entry) => entry.code === code)) throw new Error(`${code} is not told`);
    if (decision === 'allow') throw new Error(`a post is allowed of which ${code} was not judged`);
  }
  if (parts === undefined) return;
  if (!Object.values(asked).includes(true) && imagesOf(item).length < 2)
    throw new Error('nobody asked for parts');
  if (parts[decidedBy ?? -1] === undefined) throw new Error('the deciding part is missing');
  for (const [name, value] of Object.entries(probabilities)) {
    const highest = Math.max(...parts.map((part) => part.probabilities[name] ?? Number.NaN));
    if (highest !== value) throw new Error('a probability is not the highest of the parts');
  }
}

function hiddenIn(item: Readonly<Record<string, unknown>>, asked: Asked): string[] {
  const text = typeof item['text'] === 'string' ? item['text'] : '';
  return [
    ...(!asked.windows && text.trim().split(/\s+/).length > MANY_WORDS ? ['text_cut'] : []),
    ...(!asked.shown && HIDDEN_IN_WORD.test(text) ? ['hidden_characters'] : []),
    ...(!asked.frames && imagesOf(item).some(isAnimatedGif) ? ['frames'] : []),
  ];
}

function imagesOf(item: Readonly<Record<string, unknown>>): Buffer[] {
  const { image_base64: first, images } = item;
  return [first, ...(Array.isArray(images) ? images : [])]
    .filter((image): image is string => typeof image === 'string')
    .map((image) =>
      Buffer.from(image.startsWith('data:') ? image.slice(image.indexOf(',') + 1) : image, 'base64'),
    );
}

/** Whether a GIF is whole to its trailer and has two frames or more; false for what is damaged. */
function isAnimatedGif(file: Buffer): boolean {
  if (file.toString('latin1', 0, 4) !== 'GIF8' || file.length < 13) return false;
  const table = (flags: number) => ((flags & 0x80) === 0 ? 0 : 3 << ((flags & 7) + 1));
  const afterBlocks = (start: number): number => {
    let at = start;
    while ((file[at] ?? 0) !== 0) at += 1 + (file[at] ?? 0);
    return at + 1;
  };
  let frames = 0;
  for (let at = 13 + table(file[10] ?? 0); at < file.length; ) {
    const kind = file[at];
    if (kind === 0x3b) return frames > 1;
    if (kind === 0x21) at = afterBlocks(at + 2);
    else if (kind === 0x2c) {
      frames += 1;
      at = afterBlocks(at + 11 + table(file[at + 9] ?? 0));
    } else return false;
  }
  return false;
}
