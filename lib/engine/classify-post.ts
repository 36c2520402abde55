import { ModerationError } from '../contract/errors.js';
import { sigmoid } from '../numeric/sigmoid.js';
import type { Classification, ClassifyOptions, Post } from './classification.js';
import { Lifetime } from './lifetime.js';
import type { PostEvent } from './observer.js';
import type { EngineSettings } from './options.js';
import type { Encoded, Pipeline } from './pipeline.js';
import { type Content, contentOf, modalitiesOf } from './post.js';
import { Urgency } from './scheduling/urgency.js';
import type { TimingsDraft } from './stages/stage.js';

/**
 * Classifies one post: both encoders side by side, then the head.
 *
 * Rejects with a ModerationError of the item's scope, or with the caller's `signal.reason`. When one part fails, what is
 * not computed yet of the other is not.
 */
export async function classifyPost(
  post: Post,
  options: ClassifyOptions,
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
    const { text, logits } = await compute(content, pipeline, lifetime, timings);
    timings['total'] = clock.now() - start;
    tell('ok');
    return {
      logits,
      probabilities: logits.map(sigmoid),
      modalitiesUsed: modalities,
      textTruncated: text?.truncated ?? false,
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

async function compute(
  content: Content,
  pipeline: Pipeline,
  { signal }: Lifetime,
  timings: TimingsDraft,
): Promise<{ text: Encoded | undefined; logits: Float32Array }> {
  signal.throwIfAborted();
  // Nobody reads the text's features before the image's: while the image waits for its turn, the text may wait for company.
  const urgency = new Urgency(content.image === undefined);
  const onTurn = () => urgency.raise();
  const [text, image] = await Promise.all([
    content.text === undefined ? undefined : pipeline.encodeText(content.text, signal, timings, urgency),
    content.image === undefined ? undefined : pipeline.encodeImage(content.image, signal, timings, onTurn),
  ]);
  const features = { text: text?.features, image: image?.features };
  return { text, logits: await pipeline.classify(features, signal, timings) };
}

function outcomeOf(error: unknown, caller: AbortSignal | undefined): PostEvent['outcome'] {
  if (caller?.aborted && error === caller.reason) return 'aborted';
  return error instanceof ModerationError ? error.code : 'internal';
}
