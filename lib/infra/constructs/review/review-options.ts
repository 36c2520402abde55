import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { Duration, RemovalPolicy } from 'aws-cdk-lib/core';

/** Where posts go whose decision is `review`, or that could not be judged: clients put an event for each on the bus. */
export interface ReviewOptions {
  /** The bus that clients put events on; `own` makes one. @default - the default bus of account and region */
  readonly bus?: IEventBus | 'own';
  /** The queue that the rule passes them on to; false for targets of your own, added to `review.rule`. @default - a new one */
  readonly queue?: ReviewQueueOptions | false;
}

export interface ReviewQueueOptions {
  /** How long a post waits for a person before it is lost, 1 minute to 14 days; an alarm tells long before. @default 14 days */
  readonly retention?: Duration;
  /** How long a reader may work on a message before others see it again, up to 12 hours. @default 5 minutes */
  readonly visibilityTimeout?: Duration;
  /** How often a message is read in vain before it comes to the dead-letter queue, 1 to 1000. @default 5 */
  readonly maxReceives?: number;
  /** What becomes of both queues, and of the posts in them, when the stack or this option goes. @default - they are kept */
  readonly removalPolicy?: RemovalPolicy;
}
