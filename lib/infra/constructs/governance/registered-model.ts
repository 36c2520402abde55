/** The model in SageMaker's registry, waiting for approval. */
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { CfnModelPackage, CfnModelPackageGroup } from 'aws-cdk-lib/aws-sagemaker';
import { Names } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { BoundImage } from '../container/image-source.js';
import { defined } from '../defined.js';
import type { BoundModel } from '../model/model-source.js';
import type { ModelReport } from './model-report.js';

export interface RegisteredModelProps {
  readonly report: ModelReport;
  /** As a tar.gz, which every consumer of the registry reads. */
  readonly model: BoundModel;
  readonly image: BoundImage;
  readonly environment: Readonly<Record<string, string>>;
  readonly instanceTypes: readonly string[];
  /** @default - made from the path of the construct */
  readonly groupName?: string;
}

const CONTENT_TYPES = ['application/json', 'application/jsonlines', 'image/jpeg', 'image/png', 'image/webp'];

export class RegisteredModel extends Construct {
  readonly group: CfnModelPackageGroup;
  readonly modelPackage: CfnModelPackage;

  constructor(scope: Construct, id: string, props: RegisteredModelProps) {
    super(scope, id);
    const { report, model, image, environment } = props;
    const groupName = props.groupName ?? Names.uniqueResourceName(this, { maxLength: 63, separator: '-' });
    this.group = new CfnModelPackageGroup(this, 'Group', {
      modelPackageGroupName: groupName,
      modelPackageGroupDescription: `Versions of ${report.name}`,
    });
    this.modelPackage = new CfnModelPackage(
      this,
      'Package',
      defined({
        modelPackageGroupName: groupName,
        modelPackageDescription: `${report.name}, content hash ${report.files.hash}`,
        modelApprovalStatus: 'PendingManualApproval',
        domain: 'NATURAL_LANGUAGE_PROCESSING',
        task: 'CLASSIFICATION',
        inferenceSpecification: {
          containers: [
            { image: image.uri, modelDataUrl: `s3://${model.bucket.bucketName}/${model.key}`, environment },
          ],
          supportedContentTypes: CONTENT_TYPES,
          supportedResponseMimeTypes: ['application/json', 'application/jsonlines'],
          supportedRealtimeInferenceInstanceTypes: [...props.instanceTypes],
          supportedTransformInstanceTypes: [...props.instanceTypes],
        },
        customerMetadataProperties: {
          contentHash: report.files.hash,
          demonstration: String(report.demonstration),
          ...thresholds(report),
        },
        modelMetrics: this.#metrics(report),
      }),
    );
    this.modelPackage.node.addDependency(this.group);
  }

  #metrics({ testMetricsFile }: ModelReport): CfnModelPackage.ModelMetricsProperty | undefined {
    if (testMetricsFile === undefined) return undefined;
    const asset = new Asset(this, 'TestMetrics', { path: testMetricsFile });
    return {
      modelQuality: { statistics: { contentType: 'application/json', s3Uri: asset.s3ObjectUrl } },
    };
  }
}

/** One property a class: values may hold no quotes and no braces. */
function thresholds(report: ModelReport): Record<string, string> {
  return Object.fromEntries(
    Object.entries(report.thresholds).map(([label, value]) => [`threshold_${label}`, String(value)]),
  );
}
