/** The wire as the page sees it. Types only: nothing of the contract's code runs in the browser. */
import type { Action } from '../../../lib/contract/policy.js';
import type { ErrorBody, InvocationReply, Prediction } from '../../../lib/contract/reply.js';

export type { Action } from '../../../lib/contract/policy.js';
export type { ErrorBody, ErrorReply, Modality } from '../../../lib/contract/reply.js';
export type { Instance, InvocationRequest } from '../../../lib/contract/request.js';
export type { LoadedModel, PlaygroundInfo } from '../info.js';

/** A prediction, with what a server that applies a policy adds to it. */
export type Judgement = Prediction & {
  readonly decision?: Action | undefined;
  /** Whether the post was drawn for a review though it is allowed. */
  readonly audit?: boolean | undefined;
  readonly calibrated_probabilities?: Readonly<Record<string, number>> | undefined;
};

export interface Unjudged {
  readonly id?: string | undefined;
  readonly error: ErrorBody;
}

export type Answer = Judgement | Unjudged;

export type Reply = Omit<InvocationReply, 'predictions'> & {
  readonly predictions: readonly Answer[];
  /** What a server with a policy tells of it. */
  readonly policy?: unknown;
};

export function isUnjudged(answer: Answer): answer is Unjudged {
  return 'error' in answer;
}
