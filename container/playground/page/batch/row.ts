import type { ErrorBody, Judgement } from '../contract.js';

/** One post of a file. */
export interface Row {
  /** From 1; the header line and empty lines do not count. */
  readonly number: number;
  /** The post's own name. */
  readonly id: string;
  readonly text: string | undefined;
  readonly image: File | { readonly base64: string } | undefined;
  /** Why the row is no post that can be sent. */
  readonly problem: ErrorBody | undefined;
}

/** What became of a row: its answer or its error. */
export type Outcome = { readonly judgement: Judgement } | { readonly error: ErrorBody };

export function problem(code: string, message: string): ErrorBody {
  return { code, message, retryable: false };
}
