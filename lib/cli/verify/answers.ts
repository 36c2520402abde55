import type { Manifest } from '../../checkpoint/manifest.js';
import type { FilePost } from '../posts/post.js';

/** What a pack answers to posts. */
export interface Answers {
  readonly manifest: Manifest;
  readonly packHash: string;
  /** By post, then by class. */
  readonly probabilities: readonly Float32Array[];
}

export interface AnswerOptions {
  readonly onPost?: () => void;
  readonly signal?: AbortSignal;
}

/** A post may take this long: a large model on a slow machine. */
const PATIENCE_MS = 600_000;

/** Posts in flight: as many as a server under load would batch. */
const CONCURRENCY = 8;

/** Classifies posts as the server would, batches included. */
export async function answersOf(
  packFolder: string,
  posts: readonly FilePost[],
  { onPost, signal }: AnswerOptions = {},
): Promise<Answers> {
  const { Classifier } = await import('../../engine/classifier.js');
  const abort = signal ? { signal } : {};
  const classifier = await Classifier.load(packFolder, { device: 'cpu', settle: true, ...abort });
  try {
    const probabilities = new Array<Float32Array>(posts.length);
    const waiting = posts.entries();
    const worker = async (): Promise<void> => {
      for (const [index, post] of waiting) {
        const answer = await classifier.classify(post, {
          deadline: performance.now() + PATIENCE_MS,
          ...abort,
        });
        probabilities[index] = answer.probabilities;
        onPost?.();
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
    return { manifest: classifier.manifest, packHash: classifier.packHash, probabilities };
  } finally {
    await classifier.close();
  }
}
