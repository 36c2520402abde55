/** The variants of an endpoint configuration, by way of hosting. */
import type { CfnEndpointConfig } from 'aws-cdk-lib/aws-sagemaker';
import { defined } from '../defined.js';
import type { Instances, ServerlessHosting } from './hosting.js';
import { instancesOfVariant } from './instance-pool.js';

export type ProductionVariant = CfnEndpointConfig.ProductionVariantProperty;

export interface InstanceVariantOptions {
  readonly variantName: string;
  readonly modelName: string;
  readonly weight: number;
}

/** A model on instances. */
export function instanceVariant(options: InstanceVariantOptions, instances: Instances): ProductionVariant {
  return defined({
    variantName: options.variantName,
    modelName: options.modelName,
    initialVariantWeight: options.weight,
    initialInstanceCount: instances.instanceCount,
    ...instancesOfVariant(instances),
    inferenceAmiVersion: instances.amiVersion,
    volumeSizeInGb: instances.volumeGiB,
    containerStartupHealthCheckTimeoutInSeconds: instances.startupSeconds,
    modelDataDownloadTimeoutInSeconds: instances.downloadSeconds,
    routingConfig: { routingStrategy: 'LEAST_OUTSTANDING_REQUESTS' },
  });
}

export function serverlessVariant(
  variantName: string,
  modelName: string,
  hosting: ServerlessHosting,
): ProductionVariant {
  return {
    variantName,
    modelName,
    initialVariantWeight: 1,
    serverlessConfig: defined({
      memorySizeInMb: hosting.memoryMb ?? DEFAULT_SERVERLESS_MEMORY_MB,
      maxConcurrency: hosting.maxConcurrency ?? 5,
      provisionedConcurrency: hosting.provisionedConcurrency,
    }),
  };
}

export const DEFAULT_SERVERLESS_MEMORY_MB = 6144;

/** Instances without a model: inference components bring theirs. The last instance goes when the last copy goes. */
export function componentVariant(
  variantName: string,
  instances: Instances,
  maxInstances: number,
): ProductionVariant {
  return defined({
    variantName,
    initialInstanceCount: instances.instanceCount,
    ...instancesOfVariant(instances),
    inferenceAmiVersion: instances.amiVersion,
    volumeSizeInGb: instances.volumeGiB,
    managedInstanceScaling: { status: 'ENABLED', minInstanceCount: 0, maxInstanceCount: maxInstances },
    routingConfig: { routingStrategy: 'LEAST_OUTSTANDING_REQUESTS' },
  });
}
