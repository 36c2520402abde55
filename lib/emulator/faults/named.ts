import type { Fault, Likelihood } from './fault.js';

/** An overloaded container's own words. */
const OVERLOADED = {
  error: { code: 'overloaded', message: 'The queue is full.', retryable: true, retry_after_ms: 100 },
  request_id: 'injected',
};

/** SageMaker's words for an inference component that has scaled to zero copies. */
const NO_CAPACITY =
  'Inference Component has no capacity to process this request. ApplicationAutoScaling may be in-progress (if configured) ' +
  'or try to increase the capacity by invoking UpdateInferenceComponentRuntimeConfig API.';

/** Faults by the names that the command line knows. */
export const NAMED_FAULTS = {
  throttle: { kind: 'throttle' },
  overloaded: { kind: 'container', status: 429, body: OVERLOADED },
  unavailable: { kind: 'container', status: 503, body: 'no healthy upstream' },
  failure: { kind: 'aws', status: 500, type: 'InternalFailure' },
  reset: { kind: 'reset', when: 'before' },
  truncate: { kind: 'reset', when: 'mid-body' },
  slow: { kind: 'slow', ms: 1000 },
  asleep: { kind: 'aws', status: 400, type: 'ValidationError', message: NO_CAPACITY },
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof NAMED_FAULTS;

/** `throttle=0.1,reset=0.05`, or why it is nothing of the kind. */
export function parseRates(text: string): readonly Likelihood[] | string {
  const likelihoods: Likelihood[] = [];
  for (const part of text.split(',')) {
    const [name = '', value = ''] = part.split('=');
    const rate = value.trim() === '' ? Number.NaN : Number(value);
    const known = Object.hasOwn(NAMED_FAULTS, name);
    if (!known || !(rate >= 0 && rate <= 1)) {
      return `${JSON.stringify(part)} is none of ${Object.keys(NAMED_FAULTS).join('|')}=RATE, a rate from 0 to 1`;
    }
    likelihoods.push({ fault: NAMED_FAULTS[name as FaultName], rate });
  }
  const sum = likelihoods.reduce((total, { rate }) => total + rate, 0);
  return sum > 1 ? `the rates add up to ${sum}; expected at most 1` : likelihoods;
}
