import type { KnownErrorCode } from './codes.js';

/** Where an error struck. */
export interface ErrorContext {
  /** Position of the post in the input of `classifyMany`, from 0; 0 for `classify`. */
  readonly itemIndex?: number | undefined;
  /** The post's own id. */
  readonly itemId?: string | undefined;
  /** How often the post was sent; 0 when it never was. */
  readonly attempts?: number | undefined;
}

export interface ErrorFields extends ErrorContext {
  readonly code: KnownErrorCode | (string & {});
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number | undefined;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
}

/** Under it an instance carries the names of its classes, which any copy of this package recognises. */
const BRAND = Symbol.for('multimodal-moderation.client-error');

/**
 * What every call of the client rejects with, and what stands in the place of a prediction that could not be had. A
 * post with an error was not judged: never treat it as harmless.
 *
 * `instanceof` goes by a brand, so it also holds between two installed copies of the package.
 */
export class ModerationClientError extends Error {
  /** The name that the brand knows the class by. */
  static readonly kind: string = 'ModerationClientError';

  override readonly name: string;
  /** Stable, see docs/client.md and docs/errors.md. Match on it or on the class, never on the message. */
  readonly code: KnownErrorCode | (string & {});
  /** Whether the same call may succeed later, unchanged. */
  readonly retryable: boolean;
  /** When to try again, in milliseconds from the answer. Undefined when nobody said. */
  readonly retryAfterMs: number | undefined;
  /** The HTTP status; through SageMaker, that of the container. Undefined when there was no answer. */
  readonly status: number | undefined;
  /** Names the request in the logs of the service. Undefined when nothing was sent. */
  readonly requestId: string | undefined;
  /** Position of the post in the input of `classifyMany`, from 0. Undefined when the error concerns no single post. */
  readonly itemIndex: number | undefined;
  /** The post's own id. */
  readonly itemId: string | undefined;
  /** How often the post was sent; 0 when it never was. */
  readonly attempts: number;

  constructor(fields: ErrorFields) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.name = new.target.kind;
    this.code = fields.code;
    this.retryable = fields.retryable;
    this.retryAfterMs = fields.retryAfterMs;
    this.status = fields.status;
    this.requestId = fields.requestId;
    this.itemIndex = fields.itemIndex;
    this.itemId = fields.itemId;
    this.attempts = fields.attempts ?? 0;
    Object.defineProperty(this, BRAND, { value: kindsOf(new.target), enumerable: false });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: the class on the right of instanceof, which may be a subclass
    return isInstance(value, this);
  }

  /** For logs: everything but stack and cause. */
  toJSON(): Record<string, unknown> {
    const { name, code, message, retryable, retryAfterMs, status, requestId, itemIndex, itemId, attempts } =
      this;
    return { name, code, message, retryable, retryAfterMs, status, requestId, itemIndex, itemId, attempts };
  }
}

function isInstance(value: unknown, type: typeof ModerationClientError): boolean {
  // A subclass of a user's own has no kind: the prototype decides.
  if (!Object.hasOwn(type, 'kind')) return Function.prototype[Symbol.hasInstance].call(type, value);
  const kinds = (value as { [BRAND]?: unknown } | null | undefined)?.[BRAND];
  return Array.isArray(kinds) && kinds.includes(type.kind);
}

/** The names of a class and of those it extends. */
function kindsOf(type: typeof ModerationClientError): string[] {
  const kinds: string[] = [];
  for (let current: unknown = type; typeof current === 'function'; current = Object.getPrototypeOf(current)) {
    if (Object.hasOwn(current, 'kind')) kinds.push((current as typeof ModerationClientError).kind);
  }
  return kinds;
}
