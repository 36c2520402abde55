/** An endpoint as it runs, and as an update wants it: what the rules of UpdateEndpoint look at. */
import type { HostingKind } from '../hosting-kind.js';

/** As DescribeEndpoint tells it. */
export const ENDPOINT_STATUSES = [
  'OutOfService',
  'Creating',
  'Updating',
  'SystemUpdating',
  'RollingBack',
  'InService',
  'Deleting',
  'Failed',
  'UpdateRollbackFailed',
] as const;
export type EndpointStatus = (typeof ENDPOINT_STATUSES)[number];

export interface DeployedVariant {
  readonly name: string;
  /** `ml.FAMILY.SIZE`, or those of a pool by comma in the order of preference; undefined for serverless. */
  readonly instanceType?: string;
  /** Instances that the variant is to have now, as scaling last set it; undefined for serverless. */
  readonly desiredCount?: number;
  /** Instances that run. */
  readonly currentCount?: number;
}

export interface DeployedEndpoint {
  readonly name: string;
  readonly kind: HostingKind;
  readonly status: EndpointStatus;
  /** Those that answer; a shadow is not among them. */
  readonly variants: readonly DeployedVariant[];
  /** Names of the variants that are registered with Application Auto Scaling. */
  readonly scaledVariants: readonly string[];
}

export interface WantedVariant {
  readonly name: string;
  /** Undefined for serverless, and where it is known only at deployment; no rule on types is judged then. */
  readonly instanceType?: string;
  /** Undefined for serverless, and where it is known only at deployment. */
  readonly initialCount?: number;
}

/** A part of a fleet. */
export interface CapacitySize {
  readonly type: 'INSTANCE_COUNT' | 'CAPACITY_PERCENT';
  readonly value: number;
}

export interface TrafficRouting {
  readonly type: 'ALL_AT_ONCE' | 'CANARY' | 'LINEAR';
  readonly waitSeconds?: number;
  readonly canarySize?: CapacitySize;
  readonly linearStepSize?: CapacitySize;
}

/** Deployment guardrails: how traffic moves, and which alarms undo an update. Unknown numbers are left out. */
export interface DeploymentConfig {
  readonly blueGreen?: {
    readonly routing: TrafficRouting;
    readonly terminationWaitSeconds?: number;
    readonly timeoutSeconds?: number;
  };
  readonly rolling?: {
    readonly batchSize?: CapacitySize;
    readonly waitSeconds?: number;
    readonly timeoutSeconds?: number;
  };
  /** How many alarms undo the update. */
  readonly alarmCount: number;
  /** Those of them that are known not to exist. */
  readonly missingAlarms?: readonly string[];
}

export type RetainedProperty = 'DesiredInstanceCount' | 'DesiredWeight' | 'DataCaptureConfig';

export interface WantedEndpoint {
  readonly name: string;
  readonly kind: HostingKind;
  readonly variants: readonly WantedVariant[];
  /** `RetainAllVariantProperties`: counts and weights stay as they are, but for those of `exceptRetained`. */
  readonly retainAll: boolean;
  /** `ExcludeRetainedVariantProperties`. */
  readonly exceptRetained: readonly RetainedProperty[];
  /** Undefined without guardrails: all traffic moves at once, and no alarm undoes it. */
  readonly deployment?: DeploymentConfig;
}

/** Why an update is refused, and how to get there all the same. */
export interface Refusal {
  readonly rule: UpdateRule | ExistenceRule;
  /** What is, and what SageMaker accepts. */
  readonly problem: string;
  /** Commands that get there, in order: the same for all refusals of an update, since each command must pass them all. */
  readonly fix: readonly string[];
  /** Where the rule is documented. */
  readonly source: string;
}

export const UPDATE_RULES = [
  'endpoint-status',
  'hosting-kind',
  'scaled-instance-type',
  'scaled-variant-removed',
  'variant-names',
  'canary-size',
  'linear-size',
  'rolling-size',
  'rolling-variants',
  'guardrails-serverless',
  'one-policy',
  'wait-range',
  'timeout-range',
  'timeout-too-short',
  'alarm-count',
  'alarm-missing',
  'retained-properties',
] as const;
export type UpdateRule = (typeof UPDATE_RULES)[number];

/** About endpoints that are there, or not. */
export type ExistenceRule = 'endpoint-missing' | 'name-taken';

/**
 * Writes the command that deploys, or destroys, with settings of the app replaced. The default repeats the replaced ones only; who knows
 * the other settings writes them as well.
 */
export type DeployCommand = (
  replaced: Readonly<Record<string, string>>,
  /** @default deploy */
  command?: 'deploy' | 'destroy',
) => string;
