import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { CfnOutput, Stack } from 'aws-cdk-lib/core';
import { ReviewSender, readReview, reviewEvent } from '../../lib/client/index.js';
import { ReviewEvents } from '../../lib/infra/constructs/review/review-events.js';
import { type Stack as ClientStack, startStack } from '../client/support/stack.js';
import { servedPolicy } from '../container/support/policies.js';
import { type Moto, motoPresent, startMoto } from './support/moto.js';
import { newApp } from './support/synthesize.js';

let moto: Moto;
let url: string;
let moderation: ClientStack;

(motoPresent ? describe : describe.skip)('reviews on a local AWS API, through the real SDKs', () => {
  beforeAll(async () => {
    moto = await startMoto();
    url = `http://127.0.0.1:${moto.port}`;
    moderation = await startStack({ policy: servedPolicy() });
  });

  afterAll(async () => {
    await moderation.close();
    await moto.stop();
  });

  test.each(['default', 'trust-and-safety'])(
    'come over the bus %s to the queue of their endpoint, whole',
    async (name) => {
      const outputs = await deploy(name, `posts-${name}`);
      const judged = await moderation.client().classify({ id: '10203040506070809010', text: 'x'.repeat(45) });
      const includeContent = { text: 'x'.repeat(45), image: Buffer.alloc(500_000, 7) };
      const events = await Promise.all([
        reviewEvent(judged, { endpointName: 'another-endpoint' }),
        reviewEvent(judged, { endpointName: `posts-${name}`, includeContent }),
      ]);
      const sender = new ReviewSender({
        eventBusName: outputs['Bus'],
        events: new EventBridgeClient(config()),
      });
      await sender.send(events.filter((event) => event !== undefined));

      const sqs = new SQSClient(config());
      const QueueUrl = outputs['Queue'];
      const receive = async () =>
        (await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 })))
          .Messages ?? [];
      const messages = await receive();
      expect(messages).toHaveLength(1);
      const { detail } = readReview(messages[0]?.Body ?? '');
      expect(detail).toEqual(JSON.parse(events[1]?.Detail ?? ''));
      expect(detail.post.id).toBe('10203040506070809010');
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: messages[0]?.ReceiptHandle }));
      expect(await receive()).toEqual([]);
      sqs.destroy();
    },
  );
});

function config() {
  return {
    endpoint: url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
}

/** By name: moto cannot refer to a bus that the same template makes. */
async function deploy(busName: string, endpointName: string): Promise<Record<string, string>> {
  if (busName !== 'default') {
    const events = new EventBridgeClient(config());
    await events.send(new CreateEventBusCommand({ Name: busName }));
    events.destroy();
  }
  const StackName = `reviews-${busName}`;
  const stack = new Stack(newApp(), 'Reviews');
  const named = EventBus.fromEventBusName(stack, 'Named', busName);
  const { bus, queue } = new ReviewEvents(stack, 'Review', { bus: named, endpointName });
  new CfnOutput(stack, 'Bus', { value: bus.eventBusName });
  new CfnOutput(stack, 'Queue', { value: queue?.queueUrl ?? '' });
  const cloudFormation = new CloudFormationClient(config());
  // The account was not bootstrapped, and nothing here needs that.
  const { Parameters: _, Rules: __, ...template } = Template.fromStack(stack).toJSON();
  const TemplateBody = JSON.stringify(template);
  await cloudFormation.send(new CreateStackCommand({ StackName, TemplateBody }));
  const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
  cloudFormation.destroy();
  const outputs = Stacks[0]?.Outputs ?? [];
  return Object.fromEntries(
    outputs.map(({ OutputKey, OutputValue }) => [OutputKey ?? '', OutputValue ?? '']),
  );
}
