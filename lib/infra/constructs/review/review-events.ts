/** From the clients' review events to the reviewers' queue: a rule on a bus, a queue and its dead letters. */
import { EventBus, type IEventBus, type IRuleTarget, Rule } from 'aws-cdk-lib/aws-events';
import { Grant, type IGrantable, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type IQueue, Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Aws, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { MAX_EVENT_BYTES, REVIEW_EVENT } from '../../../contract/review-event.js';
import { defined } from '../defined.js';
import { acknowledgeCheckov } from '../security/acknowledge.js';
import type { ReviewOptions, ReviewQueueOptions } from './review-options.js';

export interface ReviewEventsProps extends ReviewOptions {
  /** The rule passes on the events of this endpoint alone, as several may share a bus. */
  readonly endpointName: string;
  /** Encrypts the queues, and the bus if it is made here. @default - keys of AWS */
  readonly encryptionKey?: IKey | undefined;
}

/** As long as SQS keeps anything. */
const DEAD_LETTER_RETENTION = Duration.days(14);
const ENCRYPTED = 'SQS encrypts it with its own key; the rule looks for a key of KMS alone.';
const EVENTS = new ServicePrincipal('events.amazonaws.com');

export class ReviewEvents extends Construct {
  readonly bus: IEventBus;
  readonly rule: Rule;
  /** Undefined where the rule has other targets. */
  readonly queue: IQueue | undefined;
  /** What EventBridge could not deliver, and what was read in vain. */
  readonly deadLetterQueue: IQueue | undefined;

  constructor(scope: Construct, id: string, props: ReviewEventsProps) {
    super(scope, id);
    this.bus = this.#bus(props);
    this.rule = new Rule(this, 'Rule', {
      description: `Posts for review of the endpoint ${props.endpointName}`,
      eventBus: this.bus,
      eventPattern: {
        source: [REVIEW_EVENT.source],
        detailType: [REVIEW_EVENT.detailType],
        detail: { endpoint: [props.endpointName] },
      },
    });
    if (props.queue === false) return;
    const { encryptionKey, queue: options = {} } = props;
    if (encryptionKey !== undefined) letEventsUse(encryptionKey);
    const deadLetterQueue = this.#deadLetterQueue(options, encryptionKey);
    const queue = this.#queue(options, deadLetterQueue, encryptionKey);
    this.rule.addTarget(target(queue, deadLetterQueue));
    for (const each of [queue, deadLetterQueue]) {
      this.#admit(each);
      if (encryptionKey === undefined) acknowledgeCheckov(each, { CKV_AWS_27: ENCRYPTED });
    }
    this.queue = queue;
    this.deadLetterQueue = deadLetterQueue;
  }

  /** Lets a caller of the endpoint put review events on the bus, and no others. */
  grantSend(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['events:PutEvents'],
      resourceArns: [this.bus.eventBusArn],
      conditions: {
        StringEquals: {
          'events:source': REVIEW_EVENT.source,
          'events:detail-type': REVIEW_EVENT.detailType,
        },
      },
    });
  }

  /** Lets the reviewers' program read and delete what waits in the queue. Throws where there is none. */
  grantConsume(grantee: IGrantable): Grant {
    if (this.queue === undefined)
      throw new RangeError('review.queue is false: there is no queue to read from.');
    return this.queue.grantConsumeMessages(grantee);
  }

  #bus({ bus, endpointName, encryptionKey }: ReviewEventsProps): IEventBus {
    if (bus === undefined) return EventBus.fromEventBusName(this, 'DefaultBus', 'default');
    if (bus !== 'own') return bus;
    // As in async-inference.ts: optional and possibly undefined differ to a strict compiler.
    return new EventBus(
      this,
      'Bus',
      defined({ description: `Reviews of the endpoint ${endpointName}`, kmsKey: encryptionKey }),
    ) as IEventBus;
  }

  #queue(options: ReviewQueueOptions, deadLetters: IQueue, encryptionKey: IKey | undefined): Queue {
    const { retention, visibilityTimeout = Duration.minutes(5), maxReceives = 5 } = options;
    return new Queue(this, 'Queue', {
      ...protection(options, encryptionKey),
      maxMessageSizeBytes: MAX_EVENT_BYTES,
      retentionPeriod: retention ?? DEAD_LETTER_RETENTION,
      visibilityTimeout,
      receiveMessageWaitTime: Duration.seconds(20),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: maxReceives },
    });
  }

  #deadLetterQueue(options: ReviewQueueOptions, encryptionKey: IKey | undefined): IQueue {
    const queue = new Queue(this, 'DeadLetters', {
      ...protection(options, encryptionKey),
      maxMessageSizeBytes: MAX_EVENT_BYTES,
      retentionPeriod: DEAD_LETTER_RETENTION,
    });
    Validations.of(queue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is the dead-letter queue.',
    });
    return queue;
  }

  /** EventBridge alone sends, and only by this rule. */
  #admit(queue: IQueue): void {
    queue.addToResourcePolicy(
      new PolicyStatement({
        sid: 'ReviewEvents',
        principals: [EVENTS],
        actions: ['sqs:SendMessage'],
        resources: [queue.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': this.rule.ruleArn } },
      }),
    );
  }
}

function protection(
  { removalPolicy = RemovalPolicy.RETAIN }: ReviewQueueOptions,
  encryptionKey: IKey | undefined,
): QueueProps {
  const encryption =
    encryptionKey === undefined
      ? { encryption: QueueEncryption.SQS_MANAGED }
      : { encryption: QueueEncryption.KMS, encryptionMasterKey: encryptionKey };
  return { ...encryption, enforceSSL: true, removalPolicy };
}

/** For a day, as EventBridge does by itself, and then to the dead letters. */
function target(queue: IQueue, deadLetters: IQueue): IRuleTarget {
  return { bind: () => ({ arn: queue.queueArn, deadLetterConfig: { arn: deadLetters.queueArn } }) };
}

/** By account, not by rule: the rule needs the queue, and the queue the key. */
function letEventsUse(key: IKey): void {
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [EVENTS],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  );
}
