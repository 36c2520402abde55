/** Keeping a sample of requests and answers in S3, to audit decisions or to train on. They hold users' content. */

import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { CfnEndpointConfig } from 'aws-cdk-lib/aws-sagemaker';
import { defined } from '../defined.js';

export interface DataCaptureOptions {
  readonly bucket: IBucket;
  /** Ends with `/`. @default data-capture/ */
  readonly prefix?: string;
  /** Share of the requests, whole percent from 0 to 100. @default 10 */
  readonly samplingPercent?: number;
  /** @default - requests and answers */
  readonly capture?: readonly ('Input' | 'Output')[];
}

export const DEFAULT_CAPTURE_PREFIX = 'data-capture/';

/** JSON is written as text, all other content types as base64. */
export function dataCaptureConfig(
  options: DataCaptureOptions,
  key: IKey | undefined,
): CfnEndpointConfig.DataCaptureConfigProperty {
  const { bucket, prefix = DEFAULT_CAPTURE_PREFIX, capture = ['Input', 'Output'] } = options;
  return defined({
    enableCapture: true,
    initialSamplingPercentage: options.samplingPercent ?? 10,
    destinationS3Uri: `s3://${bucket.bucketName}/${prefix}`,
    kmsKeyId: key?.keyArn,
    captureOptions: capture.map((captureMode) => ({ captureMode })),
    captureContentTypeHeader: { jsonContentTypes: ['application/json', 'application/jsonlines'] },
  });
}
