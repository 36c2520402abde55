/** The ways to host: their options, and the same with all defaults resolved. */
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Duration } from 'aws-cdk-lib/core';
import { DEFAULT_INSTANCE_TYPE } from '../../../sagemaker/instance-types.js';
import type { ContainerOptions } from '../container/container-environment.js';
import type { ModelSource } from '../model/model-source.js';
import { secondsOf } from '../tokens.js';
import { amiVersion } from './gpu-ami.js';
import type { ScalingOptions } from './scaling-options.js';

export interface InstanceOptions {
  /** `ml.FAMILY.SIZE`. @default ml.g4dn.xlarge, where there is no instancePool */
  readonly instanceType?: string;
  /**
   * In place of one type, 2 to 5 in the order of preference: SageMaker takes the next one when it finds no capacity of the
   * one before, at the start and whenever it adds instances, and gives the last ones back first. All run the same image and
   * machine image, so all have GPUs or none has. Every type needs quota, whichever is taken.
   *
   * @default - instanceType alone
   */
  readonly instancePool?: readonly string[];
  /**
   * How long SageMaker looks for capacity, over all types of a pool, before it gives up: 300 to 3600 s, without the time to
   * download the model and to start the container.
   *
   * @default - 20 minutes for a pool; for one type SageMaker's own, about half an hour
   */
  readonly provisionTimeout?: Duration;
  /** Instances to start with, 1 or more; scaling takes over from there. @default 1 */
  readonly instanceCount?: number;
  /**
   * Machine image of GPU types. SageMaker's own default brings a driver on which CUDA 12 does not start.
   *
   * @default - al2-ami-sagemaker-inference-gpu-3-1 on GPU types, none on CPU types
   */
  readonly amiVersion?: string;
  /** Volume size, 1 to 512 GiB. Refused on types with local NVMe storage. @default - SageMaker's */
  readonly volumeGiB?: number;
  /** Until the first healthy ping, 60 to 3600 s: a checkpoint is converted in that time. @default 10 minutes */
  readonly startupTimeout?: Duration;
  /** To download the model, 60 to 3600 s. @default 15 minutes */
  readonly downloadTimeout?: Duration;
}

/** A further model behind the same endpoint. */
export interface VariantOptions extends Pick<InstanceOptions, 'instanceType' | 'instanceCount'> {
  /** Unique among the endpoint's variants; the first one is called `Primary`. */
  readonly name: string;
  readonly model: ModelSource;
  /** @default - the endpoint's */
  readonly container?: ContainerOptions;
  /** Share of the requests, relative to the primary's 1. @default 1 */
  readonly weight?: number;
}

/** A model that gets copies of requests and whose answers are thrown away. */
export interface ShadowOptions extends Omit<VariantOptions, 'name' | 'weight'> {
  /** Name of the variant. @default Shadow */
  readonly name?: string;
  /** Share of the requests that are copied, above 0 to 1. @default 1 */
  readonly share?: number;
}

/** Answers at once, on instances that always run. */
export interface RealtimeHosting extends InstanceOptions {
  readonly kind: 'realtime';
  /** How the number of instances follows the load; false keeps it at instanceCount. @default - see {@link ScalingOptions} */
  readonly scaling?: ScalingOptions | false;
  /** Further variants that share the requests. @default - none */
  readonly variants?: readonly VariantOptions[];
  /** A variant to compare with, out of the callers' sight. Not together with `variants`. @default - none */
  readonly shadow?: ShadowOptions;
}

/** Requests and answers through S3; no instances while there are no requests. */
export interface AsyncHosting extends InstanceOptions {
  readonly kind: 'async';
  /** 0 or more. @default 0 */
  readonly minInstances?: number;
  /** @default 2 */
  readonly maxInstances?: number;
  /** Waiting requests per instance at which another is wanted. @default 5 */
  readonly backlogPerInstance?: number;
  /** See {@link ScalingOptions.paused}. @default false */
  readonly paused?: boolean;
  /** Requests that an instance gets at a time, 1 to 1000. @default - the concurrency target of the instance type */
  readonly maxConcurrentInvocationsPerInstance?: number;
  /** For requests and answers. @default - a new one: encrypted, private, emptied after 30 days, kept on deletion */
  readonly bucket?: IBucket;
  /** Told of each answer. @default - a new topic */
  readonly successTopic?: ITopic;
  /** Told of each failure. @default - a new topic */
  readonly errorTopic?: ITopic;
}

/** No instances at all: billed by the request; CPU only, with cold starts. */
export interface ServerlessHosting {
  readonly kind: 'serverless';
  /** 1024, 2048, … 6144 MB; processors grow with it. @default 6144 */
  readonly memoryMb?: number;
  /** Requests at a time, 1 to 200. @default 5 */
  readonly maxConcurrency?: number;
  /** Of these, kept warm and billed. @default - none */
  readonly provisionedConcurrency?: number;
}

/** Real-time, by an inference component that loses its last copy, and the endpoint its last instance, when idle. */
export interface ScaleToZeroHosting extends InstanceOptions {
  readonly kind: 'scale-to-zero';
  /** Copies of the model at most, one a GPU; an update takes one more instance. @default 2 */
  readonly maxCopies?: number;
  /** Memory reserved for a copy, 128 MB or more. @default 8192 */
  readonly memoryMb?: number;
  /** Processors reserved for a copy. @default 2 */
  readonly cpuCores?: number;
  /** Requests in flight per copy at which another is wanted. @default - by instance type */
  readonly concurrentRequestsPerCopy?: number;
}

export type Hosting = RealtimeHosting | AsyncHosting | ServerlessHosting | ScaleToZeroHosting;

export const PRIMARY_VARIANT = 'Primary';

/** Instances with their defaults. Times in seconds. */
export interface Instances {
  /** One type, or those of a pool in the order of preference. */
  readonly instanceTypes: readonly [string, ...string[]];
  readonly instanceCount: number;
  readonly amiVersion: string | undefined;
  readonly volumeGiB: number | undefined;
  readonly startupSeconds: number;
  readonly downloadSeconds: number;
  /** Undefined for SageMaker's own. */
  readonly provisionSeconds: number | undefined;
}

/** Finding capacity of one type took SageMaker up to half an hour; a pool is there to know sooner. */
const POOL_PROVISION_S = 1200;

/** The types of an option: the pool's, else the one. */
export function instanceTypesOf({
  instanceType = DEFAULT_INSTANCE_TYPE,
  instancePool = [],
}: Pick<InstanceOptions, 'instanceType' | 'instancePool'>): Instances['instanceTypes'] {
  const [first, ...rest] = instancePool;
  return first === undefined ? [instanceType] : [first, ...rest];
}

/** What a variant runs on: its own type and count, else the endpoint's; a machine image belongs to its type. */
export function instancesOf(
  hosting: RealtimeHosting,
  { instanceType, instanceCount }: Pick<InstanceOptions, 'instanceType' | 'instanceCount'>,
): Instances {
  const { amiVersion: image, volumeGiB, instancePool, ...rest } = hosting;
  const sameType = instanceType === undefined || instanceType === hosting.instanceType;
  return fillInstances({
    ...rest,
    ...(instanceType === undefined && instancePool !== undefined && { instancePool }),
    ...(sameType && image !== undefined && { amiVersion: image }),
    ...(sameType && volumeGiB !== undefined && { volumeGiB }),
    ...(instanceType !== undefined && { instanceType }),
    ...(instanceCount !== undefined && { instanceCount }),
  });
}

/** The instances of the variants beside the primary. */
export function variantInstances(
  hosting: Hosting,
): readonly { readonly name: string; readonly instances: Instances }[] {
  if (hosting.kind !== 'realtime') return [];
  return (hosting.variants ?? []).map((variant) => ({
    name: variant.name,
    instances: instancesOf(hosting, variant),
  }));
}

export function fillInstances(options: InstanceOptions): Instances {
  const instanceTypes = instanceTypesOf(options);
  const { startupTimeout, downloadTimeout, provisionTimeout } = options;
  return {
    instanceTypes,
    instanceCount: options.instanceCount ?? 1,
    amiVersion: amiVersion(instanceTypes[0], options.amiVersion),
    volumeGiB: options.volumeGiB,
    startupSeconds: startupTimeout === undefined ? 600 : secondsOf('startupTimeout', startupTimeout),
    downloadSeconds: downloadTimeout === undefined ? 900 : secondsOf('downloadTimeout', downloadTimeout),
    provisionSeconds:
      provisionTimeout === undefined
        ? instanceTypes.length > 1
          ? POOL_PROVISION_S
          : undefined
        : secondsOf('provisionTimeout', provisionTimeout),
  };
}
