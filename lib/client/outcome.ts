import type { Action } from '../contract/action.js';
import type { Prediction } from '../contract/reply.js';
import type { ModerationClientError } from './errors/client-error.js';
import type { ReplyFrame } from './wire/read-reply.js';

/** The answer to a post, and what it rests on. */
export interface Classification extends ReplyFrame {
  /**
   * What to do with the post, whether the service has a policy or not: its decision, or else `flag` for a predicted class
   * and `review` for content that was not judged.
   */
  readonly verdict: Action;
  readonly prediction: Prediction;
  /** How often the post was sent. */
  readonly attempts: number;
}

/** A post of `classifyMany` that was answered. */
export interface Answered extends Classification {
  readonly ok: true;
  /** Position in the input, from 0. */
  readonly index: number;
  /** The post's own id. */
  readonly id: string | undefined;
}

/**
 * A post of `classifyMany` that has no answer. It was not judged: never treat it as harmless. It has no `prediction`,
 * so code that forgets to look at `ok` fails instead of letting the post pass.
 */
export interface Unanswered {
  readonly ok: false;
  /** A post that was not judged is for a person. */
  readonly verdict: 'review';
  /** Position in the input, from 0. */
  readonly index: number;
  /** The post's own id. */
  readonly id: string | undefined;
  readonly error: ModerationClientError;
}

/** What became of a post: exactly one for every post of the input. */
export type Outcome = Answered | Unanswered;
