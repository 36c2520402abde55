/** The published entry. */

export type { Action } from '../contract/action.js';
export { LABELS, type Label } from '../contract/labels.js';
export type { Modality } from '../contract/modality.js';
export type { Part, View } from '../contract/parts.js';
export type { ModelInfo, PolicyInfo, Prediction } from '../contract/reply.js';
export {
  REVIEW_EVENT,
  type ReviewDetail,
  type ReviewReason,
} from '../contract/review-event.js';
export type { Unseen, UnseenCode } from '../contract/unseen.js';
export { PAYLOAD_LIMITS } from '../sagemaker/payload.js';
export type { ObjectStore, S3ClientLike } from './asynchronous/object-store.js';
export { ModerationClientError } from './errors/client-error.js';
export type { ClientErrorCode, KnownErrorCode, ServiceErrorCode } from './errors/codes.js';
export {
  AbortedError,
  AccessDeniedError,
  ConnectionError,
  EndpointNotFoundError,
  ImageError,
  InvalidReplyError,
  NotReadyError,
  OverloadedError,
  ServiceError,
  TimeoutError,
  TooLargeError,
  ValidationError,
} from './errors/kinds.js';
export { ReviewNotSentError } from './errors/review-not-sent.js';
export type { ClientEvent, RequestEvent, ResponseEvent, RetryEvent } from './events.js';
export { ModerationClient } from './moderation-client.js';
export type {
  AsynchronousTarget,
  CallOptions,
  ClassifyAsyncOptions,
  ClassifyManyOptions,
  ClassifyOptions,
  CommonOptions,
  DownscaleOptions,
  HttpTarget,
  ModerationClientOptions,
  RetryOptions,
  SageMakerTarget,
} from './options.js';
export type { Answered, Classification, Outcome, Unanswered } from './outcome.js';
export {
  type Base64Image,
  type DataUrlImage,
  type ImageFile,
  type ImageSource,
  imageFile,
  type Post,
} from './post.js';
export type { ReviewEvent } from './review/event.js';
export { type DeliveredReview, readReview } from './review/read-review.js';
export {
  type Judged,
  needsReview,
  type ReviewEventOptions,
  reviewEvent,
} from './review/review-event.js';
export {
  type EventBridgeClientLike,
  ReviewSender,
  type ReviewSenderOptions,
} from './review/review-sender.js';
