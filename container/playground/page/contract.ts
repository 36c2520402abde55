/** The wire as the page sees it. Types only: nothing of the contract's code runs in the browser. */
import type { ErrorBody, InvocationReply, Prediction } from '../../../lib/contract/reply.js';

export type { Action } from '../../../lib/contract/action.js';
export type { Modality } from '../../../lib/contract/modality.js';
export type { ErrorBody, ErrorReply } from '../../../lib/contract/reply.js';
export type { Instance, InvocationRequest } from '../../../lib/contract/request.js';
export type { LoadedModel, PlaygroundInfo } from '../info.js';

export type Judgement = Prediction;

export interface Unjudged {
  readonly id?: string | undefined;
  readonly error: ErrorBody;
}

export type Answer = Judgement | Unjudged;

export type Reply = Omit<InvocationReply, 'predictions'> & {
  readonly predictions: readonly Answer[];
};

export function isUnjudged(answer: Answer): answer is Unjudged {
  return 'error' in answer;
}
