/** Faults that the emulator can be told to make, and rules that say when. */

export type Operation = 'InvokeEndpoint' | 'InvokeEndpointAsync' | 'InvokeEndpointWithResponseStream';

/** A call of the Runtime API, as a fault policy sees it. */
export interface Call {
  readonly operation: Operation;
  readonly endpointName: string;
  /** Counts the calls of this emulator, from 1. */
  readonly number: number;
  /** The request's payload. Empty when it is an object in S3. */
  readonly body: Buffer;
}

/** One thing that goes wrong. For asynchronous calls, all but `aws` strike the job, not the call that submits it. */
export type Fault =
  /** AWS refuses the call: 400 ThrottlingException. */
  | { readonly kind: 'throttle' }
  /** AWS answers with an exception; the container is not asked. */
  | { readonly kind: 'aws'; readonly status: number; readonly type: string; readonly message?: string }
  /** The container seems to answer so: what is 4xx or 5xx arrives as a 424 ModelError. */
  | { readonly kind: 'container'; readonly status: number; readonly body?: string | object }
  /** The connection is reset: before the container is asked, or in the middle of its answer. */
  | { readonly kind: 'reset'; readonly when: 'before' | 'mid-body' }
  /** The answer comes so many milliseconds late. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** No answer ever comes, and the connection stays. */
  | { readonly kind: 'hang' }
  /** The container's answer is altered. */
  | { readonly kind: 'rewrite'; readonly rewrite: (body: Buffer) => Uint8Array | string };

/** Decides for each call whether something goes wrong. */
export type FaultPolicy = (call: Call) => Fault | undefined;

/** The faults one after the other, one a call; undefined lets a call pass. After the last, all pass. */
export function inTurn(...faults: readonly (Fault | undefined)[]): FaultPolicy {
  const left = [...faults];
  return () => left.shift();
}

/** A fault and how likely it is, 0 to 1. */
export interface Likelihood {
  readonly fault: Fault;
  readonly rate: number;
}

/** At most one of the faults a call, each as often as its rate says; the same seed gives the same sequence. */
export function atRandom(likelihoods: readonly Likelihood[], seed: number): FaultPolicy {
  const random = mulberry32(seed);
  return () => {
    let left = random();
    for (const { fault, rate } of likelihoods) {
      left -= rate;
      if (left < 0) return fault;
    }
    return undefined;
  };
}

/** Tommy Ettinger's Mulberry32: 32 bits of state are plenty to shuffle faults. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
