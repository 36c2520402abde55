/**
 * The registry of error codes: the one place where a code gets its HTTP status, its retry advice, its meaning and
 * its remedy. `docs/errors.md` is checked against it by a test.
 */

/** Whom an error strikes: one item of a request, a whole request, or the service itself (start-up, tools). */
export type ErrorScope = 'item' | 'request' | 'service';

export interface ErrorDefinition {
  readonly scope: ErrorScope;
  /** The HTTP status when the whole request fails with this code. An item's error travels in its slot, under 200. */
  readonly status: number;
  /** Whether the same request may succeed later, unchanged. */
  readonly retryable: boolean;
  readonly meaning: string;
  readonly remedy: string;
}

const define = <const T extends Record<string, ErrorDefinition>>(definitions: T): T => definitions;

export const ERRORS = define({
  // Items: the answer of one slot.
  invalid_item: {
    scope: 'item',
    status: 422,
    retryable: false,
    meaning: 'The item is not an object with text, image_base64 and id, or a field has the wrong type.',
    remedy:
      'Send {"text": string, "image_base64": string, "id": string}; leave out or null what the post lacks.',
  },
  empty_item: {
    scope: 'item',
    status: 422,
    retryable: false,
    meaning: 'The item has neither an image nor any text beyond white space.',
    remedy: 'Do not send posts without content; there is nothing to classify.',
  },
  text_too_long: {
    scope: 'item',
    status: 422,
    retryable: false,
    meaning: 'The text is longer than the limit maxTextChars.',
    remedy: 'Cut the text: the model reads no more than its first tokens (64 for SigLIP2).',
  },
  text_invalid: {
    scope: 'item',
    status: 422,
    retryable: false,
    meaning: 'The text holds a lone surrogate, so it is no valid Unicode.',
    remedy: 'Send well-formed Unicode, for example by String.prototype.toWellFormed().',
  },
  image_base64_invalid: {
    scope: 'item',
    status: 422,
    retryable: false,
    meaning:
      'image_base64, or one of images, is not base64, is empty, or is a data URL that is not base64-encoded.',
    remedy: 'Send the bytes of the image file in base64; null or no field when the post has no image.',
  },
  image_too_large: {
    scope: 'item',
    status: 422,
    retryable: false,
    meaning:
      'The image file exceeds maxImageBytes, or its pixels exceed maxImagePixels, maxAvifPixels or maxImageEdge.',
    remedy: 'Downscale the image; the model sees 224 × 224 pixels.',
  },
  image_unsupported: {
    scope: 'item',
    status: 422,
    retryable: false,
    meaning:
      'The bytes are not a JPEG, PNG, WebP, GIF, TIFF, AVIF or BMP file, or a variant that is not read. SVG and other ' +
      'formats are never decoded.',
    remedy: 'Convert the image to one of these formats.',
  },
  image_undecodable: {
    scope: 'item',
    status: 422,
    retryable: false,
    meaning: 'The image has a known format but is truncated or corrupt.',
    remedy: 'Send the whole, intact file.',
  },
  image_url_unsupported: {
    scope: 'item',
    status: 422,
    retryable: false,
    meaning: 'The item names an image by URL. The service fetches nothing.',
    remedy: 'Fetch the image yourself and send it as image_base64.',
  },
  output_invalid: {
    scope: 'item',
    status: 500,
    retryable: false,
    meaning:
      'The model gave a value that is no number for this item, or weights that it reads were altered. It is an error, never a "not harmful".',
    remedy: 'Send the post to human review and report the pack; its weights or precision are at fault.',
  },
  worker_failed: {
    scope: 'item',
    status: 503,
    retryable: true,
    meaning: 'The worker that computed this item crashed or was replaced.',
    remedy: 'Send the item again.',
  },
  deadline_exceeded: {
    scope: 'item',
    status: 503,
    retryable: true,
    meaning: 'The item was not computed within requestTimeoutMs.',
    remedy: 'Send the item again, later or in smaller requests; add capacity if it persists.',
  },
  overloaded: {
    scope: 'request',
    status: 429,
    retryable: true,
    meaning: 'A queue or the memory for bodies is full; nothing of this request was computed.',
    remedy: 'Wait for retry_after_ms, then send it again.',
  },

  // Requests: the answer to the whole.
  invalid_json: {
    scope: 'request',
    status: 400,
    retryable: false,
    meaning: 'The body is no valid UTF-8, no valid JSON, nested too deeply, or repeats a key in one object.',
    remedy: 'Send one JSON document in UTF-8 whose keys are unique; the message gives the position.',
  },
  invalid_request: {
    scope: 'request',
    status: 400,
    retryable: false,
    meaning: 'The envelope does not follow the contract.',
    remedy: 'Send {"instances": [item, …], "parameters": {…}} or one item; the message names the field.',
  },
  invalid_parameters: {
    scope: 'request',
    status: 400,
    retryable: false,
    meaning: 'A parameter is unknown or out of range, or a threshold names a class the model does not have.',
    remedy: 'See docs/http-api.md for the parameters; the message lists what the model knows.',
  },
  too_many_items: {
    scope: 'request',
    status: 413,
    retryable: false,
    meaning: 'The request has more items than maxItems, or more lines than maxLines.',
    remedy: 'Split it; ModerationClient.classifyMany does so by itself.',
  },
  body_too_large: {
    scope: 'request',
    status: 413,
    retryable: false,
    meaning: 'The body is larger than maxBodyBytes.',
    remedy: 'Split the request or downscale its images.',
  },
  body_timeout: {
    scope: 'request',
    status: 408,
    retryable: true,
    meaning: 'The headers did not arrive within headersTimeoutMs, or the body not within bodyTimeoutMs.',
    remedy: 'Send the request without pauses.',
  },
  headers_too_large: {
    scope: 'request',
    status: 431,
    retryable: false,
    meaning: 'The request line and headers are larger than maxHeaderBytes.',
    remedy: 'Send fewer or shorter headers; the service reads only Content-Type, Accept and the request id.',
  },
  unsupported_media_type: {
    scope: 'request',
    status: 415,
    retryable: false,
    meaning: 'The Content-Type, its charset or the Content-Encoding is none that the service reads.',
    remedy:
      'Use application/json, application/jsonlines, multipart/form-data or image/*, in UTF-8, uncompressed.',
  },
  not_acceptable: {
    scope: 'request',
    status: 406,
    retryable: false,
    meaning: 'The Accept header admits nothing that the service writes.',
    remedy: 'Accept application/json (or application/jsonlines for a JSON Lines request).',
  },
  not_found: {
    scope: 'request',
    status: 404,
    retryable: false,
    meaning: 'There is no such path.',
    remedy: 'Use GET /ping and POST /invocations.',
  },
  method_not_allowed: {
    scope: 'request',
    status: 405,
    retryable: false,
    meaning: 'The path exists but not with this method.',
    remedy: 'Use GET /ping and POST /invocations.',
  },
  foreign_origin: {
    scope: 'request',
    status: 403,
    retryable: false,
    meaning:
      'The request comes from a page of another site, or names a host that this server does not go by. Checked only ' +
      'while the playground is served.',
    remedy: 'Open the playground at the address that the server prints; call the service from programs.',
  },
  not_ready: {
    scope: 'request',
    status: 503,
    retryable: true,
    meaning: 'The model is still loading, or its workers are being replaced.',
    remedy: 'Wait until GET /ping answers 200.',
  },
  shutting_down: {
    scope: 'request',
    status: 503,
    retryable: true,
    meaning: 'The server is draining before it exits.',
    remedy: 'Send the request again; another instance will answer it.',
  },
  internal: {
    scope: 'request',
    status: 500,
    retryable: false,
    meaning: 'A defect in the service. The log holds the details under the request id.',
    remedy: 'Report it with the request id; send the post to human review meanwhile.',
  },

  // The service: start-up and the command line.
  invalid_configuration: {
    scope: 'service',
    status: 500,
    retryable: false,
    meaning: 'An option or environment variable is unknown or out of range.',
    remedy: 'The message names each one, what it got and what it expects.',
  },
  checkpoint_invalid: {
    scope: 'service',
    status: 500,
    retryable: false,
    meaning:
      'The checkpoint cannot be converted: files, tensors or shapes are missing, unexpected or hostile.',
    remedy: 'The message lists every finding.',
  },
  pack_invalid: {
    scope: 'service',
    status: 500,
    retryable: false,
    meaning: 'The model pack is incomplete, unreadable or altered: a file does not match its hash.',
    remedy: 'Convert the checkpoint again, or copy the whole folder again.',
  },
  policy_invalid: {
    scope: 'service',
    status: 500,
    retryable: false,
    meaning: 'The policy file is unreadable or malformed, or was made for another model.',
    remedy:
      'The message lists every problem; `moderate calibrate` writes a policy for the pack that is served.',
  },
  device_unavailable: {
    scope: 'service',
    status: 500,
    retryable: false,
    meaning: 'The configured device (cuda) cannot be used here.',
    remedy: 'Set MODERATION_DEVICE to auto or cpu, or run the gpu image on a machine with an NVIDIA GPU.',
  },
  resource_exhausted: {
    scope: 'service',
    status: 500,
    retryable: false,
    meaning: 'Memory, threads, file handles or disk ran out.',
    remedy: 'Use a larger instance, or the int8 pack.',
  },
});

export type ErrorCode = keyof typeof ERRORS;

export interface ModerationErrorOptions {
  readonly cause?: unknown;
  /** When to try again, in milliseconds from now. */
  readonly retryAfterMs?: number;
}

/**
 * An error that the service declares: it has a registered code and a message meant for the caller (what, got,
 * expected), free of user content. Everything else that is thrown is a defect and reaches callers as `internal`.
 */
export class ModerationError extends Error {
  override readonly name = 'ModerationError';
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: ModerationErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }

  get definition(): ErrorDefinition {
    return ERRORS[this.code];
  }
}
