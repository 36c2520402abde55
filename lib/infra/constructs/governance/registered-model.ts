/** The model in SageMaker's registry, waiting for approval. */
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { CfnModelPackage, CfnModelPackageGroup } from 'aws-cdk-lib/aws-sagemaker';
import { Names } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { BoundImage } from '../container/image-source.js';
import { defined } from '../defined.js';
import type { BoundModel } from '../model/model-source.js';
import type { ModelReport } from './model-report.js';
import { plainText } from './plain-text.js';

export interface RegisteredModelProps {
  readonly report: ModelReport;
  /** As a tar.gz, which every consumer of the registry reads. */
  readonly model: BoundModel;
  readonly image: BoundImage;
  readonly environment: Readonly<Record<string, string>>;
  readonly instanceTypes: readonly string[];
  /** 1 to 63 letters, digits and hyphens. @default - made from the path of the construct */
  readonly groupName?: string;
}

/** Of a description's 1024 characters, what the hash leaves. */
const MAX_NAME = 900;
/** A package has 50 properties at most; two are used otherwise. */
const MAX_THRESHOLDS = 48;
const MAX_KEY = 128;
const NOT_IN_KEYS = /[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu;

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
      modelPackageGroupDescription: `Versions of ${plainText(report.name, MAX_NAME)}`,
    });
    this.modelPackage = new CfnModelPackage(
      this,
      'Package',
      defined({
        modelPackageGroupName: groupName,
        modelPackageDescription: `${plainText(report.name, MAX_NAME)}, content hash ${report.files.hash}`,
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

/** One property a class. Where there are more than a package can hold, the card states them. */
function thresholds({ thresholds: all }: ModelReport): Record<string, string> {
  const properties: Record<string, string> = {};
  if (Object.keys(all).length > MAX_THRESHOLDS) return { thresholds: 'on the model card' };
  for (const [label, value] of Object.entries(all)) {
    properties[freeKey(`threshold_${label}`, properties)] = String(value);
  }
  return properties;
}

/** The characters that SageMaker takes in a property's name; two labels that become one are numbered. */
function freeKey(wanted: string, taken: Readonly<Record<string, string>>): string {
  const characters = Array.from(wanted.replace(NOT_IN_KEYS, '_'));
  const upTo = (length: number) => characters.slice(0, length).join('');
  for (let number = 1; ; number += 1) {
    const key = number === 1 ? upTo(MAX_KEY) : `${upTo(MAX_KEY - 4)}_${number}`;
    if (!Object.hasOwn(taken, key)) return key;
  }
}
