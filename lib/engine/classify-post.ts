import { ModerationError } from '../contract/errors.js';
import { NO_WISHES, type Wishes } from '../contract/parts.js';
import type { Unseen } from '../contract/unseen.js';
import { sigmoid } from '../numeric/sigmoid.js';
import { pairsOf } from '../parts/pairs.js';
import { unseenOfImage, unseenOfText } from '../parts/unseen.js';
import type { Answer, Classification, ClassifyOptions, Post } from './classification.js';
import type { EncodedImage } from './encoding/encode-image.js';
import type { EncodedText, EncodedTextPart } from './encoding/encode-text.js';
import { Lifetime } from './lifetime.js';
import type { PostEvent } from './observer.js';
import type { EngineSettings } from './options.js';
import { mapLimited, type PostPermits } from './permits.js';
import type { Pipeline } from './pipeline.js';
import { type Content, contentOf, modalitiesOf } from './post.js';
import { Urgency } from './scheduling/urgency.js';
import type { TimingsDraft } from './stages/stage.js';
import { HEAD_AT_ONCE } from './stages/stages.js';

/**
 * Classifies one post: the encoders side by side, then the head over every pair of a text part and an image part.
 *
 * Rejects with a ModerationError of the item's scope, or with the caller's `signal.reason`. When one part fails, what is
 * not computed yet of the others is not.
 */
export async function classifyPost(
  post: Post,
  options: ClassifyOptions,
  permits: PostPermits,
  pipeline: Pipeline,
  settings: EngineSettings,
): Promise<Classification> {
  const { clock, limits, observer } = settings;
  const start = clock.now();
  const deadline = options.deadline ?? start + limits.requestTimeoutMs;
  const lifetime = new Lifetime(clock, deadline, options.signal);
  let modalities: PostEvent['modalities'] = [];
  const tell = (outcome: PostEvent['outcome']) =>
    observer.post?.({ outcome, modalities, totalMs: clock.now() - start });
  try {
    const content = contentOf(post, limits, options);
    modalities = modalitiesOf(content);
    const timings: TimingsDraft = {};
    const wishes = options.wishes ?? NO_WISHES;
    const scope = { signal: lifetime.signal, timings, wishes, permits };
    lifetime.signal.throwIfAborted();
    const encoded = await encode(content, scope, pipeline);
    const answers = await answer(encoded, limits.maxAnswersPerItem, scope, pipeline);
    timings['total'] = clock.now() - start;
    tell('ok');
    const unseen = unseenOf(content, encoded, wishes);
    return {
      answers,
      ...highest(answers),
      modalitiesUsed: modalities,
      textTruncated: unseen.some(({ code }) => code === 'text_cut'),
      unseen,
      timings,
    };
  } catch (error) {
    lifetime.abandon(error);
    tell(outcomeOf(error, options.signal));
    throw error;
  } finally {
    lifetime.end();
  }
}

/** What the work for one post shares. */
interface Scope {
  readonly signal: AbortSignal;
  readonly timings: TimingsDraft;
  readonly wishes: Wishes;
  readonly permits: PostPermits;
}

interface EncodedPost {
  /** As stored, then as shown where that is judged and differs; empty without a text. */
  readonly texts: readonly EncodedText[];
  readonly images: readonly EncodedImage[];
}

async function encode({ text, images }: Content, scope: Scope, pipeline: Pipeline): Promise<EncodedPost> {
  const { signal, timings, wishes, permits } = scope;
  // Nobody reads the text's features before the images': while these wait for their turn, the text may wait for company.
  const urgency = new Urgency(images.length === 0);
  const onTurn = () => urgency.raise();
  const ofText = (view: 'stored' | 'shown', content: string) =>
    pipeline.text.run({
      text: content,
      view,
      windows: wishes.windows,
      signal,
      timings,
      urgency,
      expand: (parts) => permits.expand('text', parts),
    });
  const ofViews = async (content: string): Promise<EncodedText[]> => {
    const stored = await ofText('stored', content);
    if (!wishes.shown || stored.shown === undefined) return [stored];
    return [stored, await ofText('shown', stored.shown)];
  };
  const [texts, encodedImages] = await Promise.all([
    text === undefined ? [] : ofViews(text),
    Promise.all(
      images.map((file) =>
        pipeline.image.run({
          file,
          wishes,
          signal,
          timings,
          onTurn,
          expand: (parts) => permits.expand('image', parts),
        }),
      ),
    ),
  ]);
  return { texts, images: encodedImages };
}

async function answer(
  { texts, images }: EncodedPost,
  limit: number,
  { signal, timings }: Scope,
  pipeline: Pipeline,
): Promise<[Answer, ...Answer[]]> {
  const textParts: readonly EncodedTextPart[] = texts.flatMap(({ parts }) => parts);
  const imageParts = images.flatMap(({ parts }, index) =>
    parts.map(({ part, features }) => ({ part: { index, ...part }, features })),
  );
  const answers = await mapLimited(
    pairsOf(textParts, imageParts, limit),
    HEAD_AT_ONCE,
    async ({ text, image }) => {
      const features = { text: text?.features, image: image?.features };
      const logits = await pipeline.classify(features, signal, timings);
      const part = { ...(text && { text: text.part }), ...(image && { image: image.part }) };
      return { part, logits, probabilities: logits.map(sigmoid) };
    },
  );
  return answers as [Answer, ...Answer[]];
}

/** Each class's highest. Of a single answer it is that answer. */
function highest(answers: readonly [Answer, ...Answer[]]): Pick<Answer, 'logits' | 'probabilities'> {
  const [{ logits, probabilities }, ...rest] = answers;
  if (rest.length === 0) return { logits, probabilities };
  const best = logits.map((value, index) =>
    Math.max(value, ...rest.map((other) => other.logits[index] ?? Number.NaN)),
  );
  return { logits: best, probabilities: best.map(sigmoid) };
}

function unseenOf(
  { images: files }: Content,
  { texts: [stored], images }: EncodedPost,
  { shown }: Wishes,
): readonly Unseen[] {
  return [
    ...(stored === undefined ? [] : unseenOfText(stored, shown ? undefined : stored.characters)),
    ...images.flatMap(({ facts }, index) => unseenOfImage(facts, files.length > 1 ? index : undefined)),
  ];
}

function outcomeOf(error: unknown, caller: AbortSignal | undefined): PostEvent['outcome'] {
  if (caller?.aborted && error === caller.reason) return 'aborted';
  return error instanceof ModerationError ? error.code : 'internal';
}
