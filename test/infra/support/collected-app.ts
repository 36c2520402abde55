/** An app that `cdk` runs in gc.test.ts: a stack for each way in which an endpoint names its models. */
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import {
  App,
  DefaultStackSynthesizer,
  type IStackSynthesizer,
  Stack,
  type StackProps,
} from 'aws-cdk-lib/core';
import { BatchTransform } from '../../../lib/infra/constructs/batch-transform.js';
import { ImageSource } from '../../../lib/infra/constructs/container/image-source.js';
import type { Hosting } from '../../../lib/infra/constructs/hosting/hosting.js';
import { ModelSource } from '../../../lib/infra/constructs/model/model-source.js';
import { ModerationEndpoint } from '../../../lib/infra/constructs/moderation-endpoint.js';

const app = new App();
const image = ImageSource.fromUri(app.node.getContext('image'));
/** Folders of models, as JSON in the context. */
const folders = JSON.parse(app.node.getContext('models')) as readonly string[];
const [first, ...others] = folders.map((folder) => ModelSource.fromPack(folder));
if (first === undefined) throw new RangeError('the context names no models');
const model = (index: number): ModelSource => others[index] ?? first;

function endpoint(id: string, own: ModelSource, hosting: Hosting, props: StackProps = {}): void {
  const stack = new Stack(app, id, props);
  const container = hosting.kind === 'serverless' ? ({ precision: 'int8' } as const) : {};
  new ModerationEndpoint(stack, 'Endpoint', { model: own, image, hosting, container });
}

endpoint('Realtime', first, { kind: 'realtime' });
endpoint('Variants', model(0), { kind: 'realtime', variants: [{ name: 'Other', model: model(1) }] });
endpoint('Shadow', model(1), { kind: 'realtime', shadow: { model: model(2) } });
endpoint('Zero', model(3), { kind: 'scale-to-zero' });
endpoint('Serverless', model(4), { kind: 'serverless' });
const synthesizer = new DefaultStackSynthesizer({ bucketPrefix: 'v1.2/models/' }) as IStackSynthesizer;
endpoint('Prefix', model(0), { kind: 'async' }, { synthesizer });

const batch = new Stack(app, 'Batch');
new BatchTransform(batch, 'Batch', {
  model: model(5),
  image,
  bucket: Bucket.fromBucketName(batch, 'Bucket', 'posts') as IBucket,
});
app.synth();
