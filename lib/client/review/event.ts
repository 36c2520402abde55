/** An entry of EventBridge's PutEvents, for a `ReviewSender` or an EventBridge client of your own. JSON keeps it whole. */
export interface ReviewEvent {
  readonly Source: string;
  readonly DetailType: string;
  /** A `ReviewDetail` as JSON. */
  readonly Detail: string;
}

/** As EventBridge counts an entry. */
export function eventBytes({ Source, DetailType, Detail }: ReviewEvent): number {
  return Buffer.byteLength(Source) + Buffer.byteLength(DetailType) + Buffer.byteLength(Detail);
}
