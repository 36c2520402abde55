/** A post that is ready to travel. */
export interface Item {
  /** Position in the input, from 0. */
  readonly index: number;
  readonly id: string | undefined;
  /** The instance as JSON in UTF-8. */
  readonly bytes: Uint8Array;
  /** Whether an answer must rest on a text. Undefined when the text has neither letters nor digits: it may be blank. */
  readonly hasText: boolean | undefined;
  readonly hasImage: boolean;
  /** How often it was sent so far. */
  attempts: number;
  /** How often it was sent again because of a passing failure; dividing a request does not count. */
  retries: number;
}
