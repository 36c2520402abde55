import type { Action } from './action.js';
import type { Prediction } from './reply.js';
import { actionOfUnseen } from './unseen.js';

/**
 * What to do with an answered post, whatever answered it: the decision of the service where it has a policy. Where it has
 * none, `flag` for a predicted class, and for content that was not judged what the default rules say; a service that does
 * not tell what it did not see sends cut texts to `review`. A post without an answer is never to be allowed: `review`.
 */
export function verdictOf({ decision, any_harmful, unseen, text_truncated }: Prediction): Action {
  if (decision !== undefined) return decision;
  if (any_harmful) return 'flag';
  if (unseen === undefined) return text_truncated ? 'review' : 'allow';
  return actionOfUnseen(unseen);
}
