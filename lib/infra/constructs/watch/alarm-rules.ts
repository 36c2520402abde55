/** Which alarms an endpoint gets, by way of hosting. */
import { ComparisonOperator, type IMetric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import type { HostingKind } from '../../../sagemaker/hosting-kind.js';
import type { InstanceFacts } from '../../../sagemaker/instance-types.js';
import { differInSize, sharedFacts } from '../hosting/instance-pool.js';
import { times } from '../tokens.js';
import { ComponentMetrics } from './component-metrics.js';
import type { EndpointMetrics } from './endpoint-metrics.js';
import type { Thresholds } from './thresholds.js';

export interface AlarmRule {
  readonly id: string;
  readonly metric: IMetric;
  readonly threshold: number;
  readonly comparison: ComparisonOperator;
  /** Periods that are looked at, and how many of them must breach. */
  readonly periods: number;
  readonly breaching: number;
  readonly missing: TreatMissingData;
  /** What it means and what to do. */
  readonly description: string;
}

export interface AlarmContext {
  readonly kind: HostingKind;
  readonly metrics: EndpointMetrics;
  readonly thresholds: Thresholds;
  /** One, or those of a pool; none for serverless. */
  readonly instanceTypes: readonly string[];
  readonly dataCapture: boolean;
  readonly embeddedMetrics: boolean;
  /** Whether this is the first variant, which alone carries the alarms that know no variant. */
  readonly primary: boolean;
}

const MICROSECONDS_PER_MS = 1000;

/** What 100 percent are of. */
const HUNDRED = { device: '100 each', reservation: '100 for all that is reserved' } as const;

export function alarmRules(context: AlarmContext): AlarmRule[] {
  const { kind } = context;
  return [
    ...(kind === 'async' ? asyncRules(context) : requestRules(context)),
    ...(kind === 'serverless' ? [memory(context)] : instanceRules(context)),
    ...(context.embeddedMetrics && context.primary ? [refusals(context)] : []),
    ...(context.metrics instanceof ComponentMetrics ? [noCapacity(context.metrics, context.thresholds)] : []),
  ];
}

/**
 * The two alarms that undo a rollout; `metrics` are those of the new fleet alone. Of the metrics that carry the name of
 * the configuration, asynchronous endpoints publish these two as well; InvocationFailures knows the variant only.
 */
export function rollbackRules(metrics: EndpointMetrics, limits: Thresholds): AlarmRule[] {
  const period = Duration.minutes(1);
  return [
    above('RollbackErrors', metrics.serverErrors({ period }), limits.serverErrors, {
      description:
        'The new fleet answers with errors. The rollout is undone; see the log of the new instances.',
    }),
    above('RollbackLatency', metrics.modelLatency({ period }), microseconds(limits, 'modelLatencyMs'), {
      periods: 3,
      description: 'The new fleet is slow. The rollout is undone; compare precision, device and threads.',
    }),
  ];
}

/** Latencies are published in microseconds. */
function microseconds(thresholds: Thresholds, name: 'modelLatencyMs' | 'overheadLatencyMs'): number {
  const use = 'its metric is in microseconds, a thousand times as much; give a number';
  return times(`watch.thresholds.${name}`, thresholds[name], MICROSECONDS_PER_MS, use);
}

/** Utilizations are published as 100 percent for each device. */
function all(
  thresholds: Thresholds,
  name: 'cpuUtilization' | 'gpuUtilization' | 'gpuMemory',
  devices: number,
): number {
  const use = `its metric is of all ${devices} devices together; give a number`;
  return times(`watch.thresholds.${name}`, thresholds[name], devices, use);
}

function requestRules({ metrics, thresholds }: AlarmContext): AlarmRule[] {
  return [
    above('ServerErrors', metrics.serverErrors(), thresholds.serverErrors, {
      description: 'Answers with 5xx. Read the container log by the request id.',
    }),
    above('ModelErrors', metrics.unanswered(), thresholds.modelErrors, {
      description: 'Containers do not answer: timeouts or crashes. Read the container log.',
    }),
    above('ClientErrorShare', metrics.clientErrorShare(), thresholds.clientErrorShare, {
      description: 'Many requests are malformed or refused. Look for a caller that changed.',
    }),
    above('ModelLatency', metrics.modelLatency(), microseconds(thresholds, 'modelLatencyMs'), {
      periods: 3,
      description: 'p99 in the container, in microseconds. Scale out, or check that the GPU is in use.',
    }),
    above('OverheadLatency', metrics.overheadLatency(), microseconds(thresholds, 'overheadLatencyMs'), {
      periods: 3,
      description: "p99 of SageMaker's own part, in microseconds. Send smaller bodies.",
    }),
  ];
}

/** Asynchronous endpoints publish no Invocations and no OverheadLatency. */
function asyncRules({ metrics, thresholds }: AlarmContext): AlarmRule[] {
  return [
    above('AsyncFailures', metrics.asyncFailures(), thresholds.asyncFailures, {
      description: 'Requests failed. Read the objects under the failure prefix.',
    }),
    above('BacklogAge', metrics.backlogAge(), thresholds.backlogAgeS, {
      description: 'Requests wait too long, in seconds. Raise maxInstances.',
    }),
    above('BacklogWithoutCapacity', metrics.backlogWithoutCapacity({ period: Duration.minutes(5) }), 1, {
      periods: 4,
      description: 'Requests wait and no instance has come for 20 minutes. Check quota, image and AMI.',
    }),
  ];
}

function instanceRules(context: AlarmContext): AlarmRule[] {
  const { kind, metrics, thresholds, dataCapture } = context;
  return [
    memory(context),
    ...sizesOf(context).flatMap((size) => deviceRules(size, thresholds)),
    ...(dataCapture
      ? [
          above('DiskUtilization', metrics.diskUtilization(), thresholds.diskUtilization, {
            description: 'The disk fills up and data capture will stop. Sample less.',
          }),
        ]
      : []),
    ...(kind === 'realtime' ? [noInstance(metrics)] : []),
  ];
}

/** Instances that have the same number of processors and GPUs, which their utilizations are counted by. */
interface Size {
  readonly metrics: EndpointMetrics;
  readonly facts: InstanceFacts | undefined;
  /** Ends the ids of their alarms. */
  readonly suffix: string;
}

/** All instances together, or each type of a pool for itself where their sizes differ. */
function sizesOf({ metrics, instanceTypes }: AlarmContext): Size[] {
  if (metrics.unit === 'reservation' || !differInSize(instanceTypes)) {
    return [{ metrics, facts: sharedFacts(instanceTypes), suffix: '' }];
  }
  return instanceTypes.map((type) => ({
    metrics: metrics.onType(type),
    facts: sharedFacts([type]),
    suffix: type
      .replaceAll(/[^a-z0-9]+(\w)/g, (_, letter: string) => letter.toUpperCase())
      .replace(/^ml/, ''),
  }));
}

function deviceRules({ metrics, facts, suffix }: Size, thresholds: Thresholds): AlarmRule[] {
  const { unit } = metrics;
  const devices = (count: number) => (unit === 'device' ? count : 1);
  const busy = (id: string, metric: IMetric, threshold: number, description: string) =>
    above(`${id}${suffix}`, metric, threshold, { periods: 3, description });
  const processors = devices(facts?.vcpus ?? 1);
  return [
    busy(
      'CpuUtilization',
      metrics.cpuUtilization(),
      all(thresholds, 'cpuUtilization', processors),
      `Processors are busy (${HUNDRED[unit]}). Scale out, or send smaller images.`,
    ),
    ...(facts?.gpu
      ? [
          busy(
            'GpuUtilization',
            metrics.gpuUtilization(),
            all(thresholds, 'gpuUtilization', devices(facts.gpus)),
            `GPUs are busy (${HUNDRED[unit]}). Scale out.`,
          ),
          busy(
            'GpuMemory',
            metrics.gpuMemoryUtilization(),
            all(thresholds, 'gpuMemory', devices(facts.gpus)),
            `GPU memory is nearly full (${HUNDRED[unit]}). Lower the batch limits.`,
          ),
        ]
      : []),
  ];
}

function memory({ metrics, thresholds }: AlarmContext): AlarmRule {
  return above('MemoryUtilization', metrics.memoryUtilization(), thresholds.memoryUtilization, {
    periods: 3,
    description:
      metrics.unit === 'device'
        ? 'Main memory is nearly full. Lower cacheItems or maxInflightBytes, or take a larger type.'
        : 'A copy uses nearly all memory that is reserved for it. Lower cacheItems or maxInflightBytes, or raise memoryMb.',
  });
}

function refusals({ metrics, thresholds }: AlarmContext): AlarmRule {
  return above('Refusals', metrics.refusals(), thresholds.refusals, {
    description: 'Containers refuse requests because their queues are full. Scale out sooner.',
  });
}

function noCapacity(metrics: ComponentMetrics, thresholds: Thresholds): AlarmRule {
  const sum = metrics.noCapacity({ statistic: Stats.SUM, period: Duration.minutes(15) });
  return above('NoCapacity', sum, thresholds.noCapacityFailures, {
    description: 'Calls keep finding no copy of the model. Check quota, image and AMI.',
  });
}

/** Every healthy instance reports its processors each minute; silence means that there is none. */
function noInstance(metrics: EndpointMetrics): AlarmRule {
  return {
    id: 'NoInstance',
    metric: metrics.cpuUtilization({ statistic: Stats.SAMPLE_COUNT }),
    threshold: 1,
    comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
    periods: 2,
    breaching: 2,
    missing: TreatMissingData.BREACHING,
    description: 'No instance reports. Look at the endpoint status and its log.',
  };
}

function above(
  id: string,
  metric: IMetric,
  threshold: number,
  options: { readonly periods?: number; readonly description: string },
): AlarmRule {
  const periods = options.periods ?? 1;
  return {
    id,
    metric,
    threshold,
    comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    periods,
    breaching: periods,
    missing: TreatMissingData.NOT_BREACHING,
    description: options.description,
  };
}
