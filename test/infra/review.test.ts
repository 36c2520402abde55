import { describe, expect, test } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { createStack } from '../../lib/infra/stacks/create-stack.js';
import {
  failure,
  IMAGE_URI,
  MODEL_FOLDER,
  newApp,
  newEndpoint,
  only,
  resources,
  synthesize,
} from './support/synthesize.js';

const settings = (context: Record<string, unknown>) =>
  createStack(newApp({ model: MODEL_FOLDER, image: IMAGE_URI, ...context }));

/** The statements of all policies of a type. */
function statements(template: Template, type: string): Record<string, unknown>[] {
  return Object.values(resources(template, type)).flatMap(
    ({ Properties }) => (Properties['PolicyDocument'] as { Statement: Record<string, unknown>[] }).Statement,
  );
}

describe('a place for reviews', () => {
  test('is not made unless it is asked for', () => {
    const template = synthesize();
    for (const type of ['AWS::Events::Rule', 'AWS::SQS::Queue', 'AWS::Events::EventBus']) {
      expect(resources(template, type)).toEqual({});
    }
    const { endpoint, stack } = newEndpoint();
    const role = new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    expect(failure(() => endpoint.grantSendReview(role))).toContain('give it the option review');
  });

  test('takes the events of its own endpoint from the default bus, and no others', () => {
    const template = synthesize({ endpointName: 'posts', review: {} });
    const { EventPattern, EventBusName } = only(template, 'AWS::Events::Rule');
    expect(EventPattern).toEqual({
      source: ['multimodal-moderation'],
      'detail-type': ['Moderation Review'],
      detail: { endpoint: ['posts'] },
    });
    expect(EventBusName).toBe('default');
    expect(resources(template, 'AWS::Events::EventBus')).toEqual({});
  });

  test('keeps posts in a queue that is encrypted, and in its dead letters what cannot be delivered or read', () => {
    const template = synthesize({ review: {} });
    const queues = Object.entries(resources(template, 'AWS::SQS::Queue'));
    expect(queues).toHaveLength(2);
    for (const [, queue] of queues) {
      expect(queue).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
      expect(queue.Properties).toMatchObject({
        SqsManagedSseEnabled: true,
        MaximumMessageSize: 1_048_576,
        MessageRetentionPeriod: 1_209_600,
      });
    }
    const [dead] = queues.find(([, { Properties }]) => !('RedrivePolicy' in Properties)) ?? [];
    const [, queue] = queues.find(([, { Properties }]) => 'RedrivePolicy' in Properties) ?? [];
    const deadArn = { 'Fn::GetAtt': [dead, 'Arn'] };
    expect(queue?.Properties['RedrivePolicy']).toEqual({ deadLetterTargetArn: deadArn, maxReceiveCount: 5 });
    const [target] = only(template, 'AWS::Events::Rule')['Targets'] as Record<string, unknown>[];
    expect(target?.['DeadLetterConfig']).toEqual({ Arn: deadArn });
  });

  test('is written to by this rule alone, over TLS alone', () => {
    const template = synthesize({ review: {} });
    const all = statements(template, 'AWS::SQS::QueuePolicy');
    const [rule] = Object.keys(resources(template, 'AWS::Events::Rule'));
    const allowed = all.filter(({ Effect }) => Effect === 'Allow');
    expect(allowed).toHaveLength(2);
    for (const statement of allowed) {
      expect(statement).toMatchObject({
        Action: 'sqs:SendMessage',
        Principal: { Service: 'events.amazonaws.com' },
        Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [rule, 'Arn'] } } },
      });
    }
    const denied = all.filter(({ Effect }) => Effect === 'Deny');
    expect(denied).toHaveLength(2);
    for (const { Condition } of denied)
      expect(Condition).toEqual({ Bool: { 'aws:SecureTransport': 'false' } });
  });

  test('lets a caller put reviews on its bus and nothing else, and a reader read its queue', () => {
    const { stack, endpoint } = newEndpoint({ review: { bus: 'own' } });
    const principal = new ServicePrincipal('ecs-tasks.amazonaws.com');
    endpoint.grantSendReview(new Role(stack, 'Worker', { assumedBy: principal }));
    endpoint.review?.grantConsume(new Role(stack, 'Desk', { assumedBy: principal }));
    const template = Template.fromStack(stack);
    const [bus] = Object.keys(resources(template, 'AWS::Events::EventBus'));
    const all = statements(template, 'AWS::IAM::Policy');
    expect(all).toContainEqual({
      Effect: 'Allow',
      Action: 'events:PutEvents',
      Resource: { 'Fn::GetAtt': [bus, 'Arn'] },
      Condition: {
        StringEquals: { 'events:source': 'multimodal-moderation', 'events:detail-type': 'Moderation Review' },
      },
    });
    const reading = all.find(({ Action }) => Array.isArray(Action) && Action.includes('sqs:DeleteMessage'));
    expect(reading?.['Action']).not.toContain('sqs:SendMessage');
  });

  test("is encrypted with the customer's key, which EventBridge may use", () => {
    const template = synthesize((stack) => ({
      security: { encryptionKey: new Key(stack, 'Key') },
      review: { bus: 'own' },
    }));
    for (const { Properties } of Object.values(resources(template, 'AWS::SQS::Queue'))) {
      expect(Properties['KmsMasterKeyId']).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] });
    }
    const { KeyPolicy } = only(template, 'AWS::KMS::Key') as { KeyPolicy: { Statement: object[] } };
    expect(KeyPolicy.Statement).toContainEqual(
      expect.objectContaining({
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Principal: { Service: 'events.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      }),
    );
  });

  test('has alarms on posts that wait too long and on dead letters, which tell the topic', () => {
    const { endpoint, stack } = newEndpoint({ review: {}, watch: { thresholds: { reviewAgeS: 3600 } } });
    expect(endpoint.alarms.map(({ node }) => node.id)).toEqual(
      expect.arrayContaining(['ReviewAge', 'ReviewDeadLetters']),
    );
    const alarms = Object.values(resources(Template.fromStack(stack), 'AWS::CloudWatch::Alarm'));
    const named = (metric: string) => alarms.find(({ Properties }) => Properties['MetricName'] === metric);
    expect(named('ApproximateAgeOfOldestMessage')?.Properties['Threshold']).toBe(3600);
    expect(named('ApproximateNumberOfMessagesVisible')?.Properties['Threshold']).toBe(1);
  });

  test('may be a bus of your own, with targets of your own', () => {
    const { endpoint, stack } = newEndpoint((scope) => ({
      review: { bus: new EventBus(scope, 'Ours') as IEventBus, queue: false },
    }));
    expect(
      failure(() =>
        endpoint.review?.grantConsume(new Role(stack, 'R', { assumedBy: new ServicePrincipal('a') })),
      ),
    ).toContain('there is no queue');
    const template = Template.fromStack(stack);
    expect(only(template, 'AWS::Events::Rule')['EventBusName']).toEqual({
      Ref: expect.stringMatching(/^Ours/),
    });
    expect(resources(template, 'AWS::SQS::Queue')).toEqual({});
  });

  test('takes other times, and may go with the stack', () => {
    const template = synthesize({
      review: {
        queue: {
          retention: Duration.days(4),
          visibilityTimeout: Duration.hours(1),
          maxReceives: 3,
          removalPolicy: RemovalPolicy.DESTROY,
        },
      },
    });
    const queues = Object.values(resources(template, 'AWS::SQS::Queue'));
    expect(queues).toContainEqual(
      expect.objectContaining({
        DeletionPolicy: 'Delete',
        Properties: expect.objectContaining({
          MessageRetentionPeriod: 345_600,
          VisibilityTimeout: 3600,
          RedrivePolicy: expect.objectContaining({ maxReceiveCount: 3 }),
        }),
      }),
    );
  });
});

describe('the settings of reviews', () => {
  const outputs = (context: Record<string, unknown>) =>
    Object.keys(Template.fromStack(settings(context)).toJSON()['Outputs']).filter((name) =>
      name.startsWith('Review'),
    );

  test.each(['realtime', 'async', 'serverless', 'scale-to-zero'])(
    'give %s a queue and outputs',
    (hosting) => {
      expect(outputs({ hosting, reviewQueue: 'true' }).sort()).toEqual([
        'ReviewBusName',
        'ReviewDeadLetterQueueUrl',
        'ReviewQueueUrl',
      ]);
      expect(outputs({ hosting, reviewQueue: 'false' })).toEqual([]);
    },
  );

  test('name a bus that exists', () => {
    const template = Template.fromStack(settings({ reviewQueue: 'true', reviewBus: 'trust-and-safety' }));
    expect(only(template, 'AWS::Events::Rule')['EventBusName']).toBe('trust-and-safety');
    expect(resources(template, 'AWS::Events::EventBus')).toEqual({});
  });

  test('that would be ignored are errors', () => {
    expect(failure(() => settings({ reviewBus: 'own' }))).toContain(
      'reviewBus means nothing without reviewQueue',
    );
    expect(failure(() => settings({ hosting: 'batch', reviewQueue: 'true' }))).toContain(
      'reviewQueue is not read by',
    );
    expect(failure(() => settings({ reviewQueue: 'true', reviewBus: 'a b' }))).toContain(
      'reviewBus is "a b"',
    );
  });
});
