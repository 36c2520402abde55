/**
 * Scaling policies. By the plain resources: the class in aws-applicationautoscaling makes a role without permissions,
 * where the service's own linked role is wanted.
 */
import { CfnScalableTarget, CfnScalingPolicy } from 'aws-cdk-lib/aws-applicationautoscaling';
import { Alarm, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { defined } from '../defined.js';
import type { ScalingSchedule, ScalingStep } from './scaling-options.js';

export interface ScalableProps {
  /** `endpoint/NAME/variant/VARIANT` or `inference-component/NAME`. */
  readonly resourceId: string;
  readonly dimension:
    | 'sagemaker:variant:DesiredInstanceCount'
    | 'sagemaker:inference-component:DesiredCopyCount';
  readonly min: number;
  readonly max: number;
  readonly schedules?: readonly ScalingSchedule[];
}

export interface Cooldowns {
  /** Seconds. */
  readonly scaleOut: number;
  /** Seconds. */
  readonly scaleIn: number;
}

/** Something whose count is scaled. */
export class Scalable extends Construct {
  readonly #target: CfnScalableTarget;

  constructor(scope: Construct, id: string, props: ScalableProps) {
    super(scope, id);
    const { schedules = [] } = props;
    this.#target = new CfnScalableTarget(
      this,
      'Target',
      defined({
        serviceNamespace: 'sagemaker',
        resourceId: props.resourceId,
        scalableDimension: props.dimension,
        minCapacity: props.min,
        maxCapacity: props.max,
        scheduledActions: schedules.length === 0 ? undefined : schedules.map(scheduledAction),
      }),
    );
  }

  /** Holds a metric that SageMaker defines. */
  trackPredefined(id: string, metric: string, target: number, cooldowns: Cooldowns): void {
    this.#track(id, cooldowns, {
      targetValue: target,
      predefinedMetricSpecification: { predefinedMetricType: metric },
    });
  }

  /** Holds a metric of AWS/SageMaker that has the endpoint's name as its only dimension. */
  trackEndpointMetric(
    id: string,
    metricName: string,
    endpointName: string,
    target: number,
    cooldowns: Cooldowns,
  ): void {
    this.#track(id, cooldowns, {
      targetValue: target,
      customizedMetricSpecification: {
        namespace: 'AWS/SageMaker',
        metricName,
        dimensions: [{ name: 'EndpointName', value: endpointName }],
        statistic: 'Average',
      },
    });
  }

  /** Adds instances by steps when a metric rises; steps are `{ from, add }` in rising order. */
  stepOut(id: string, metric: IMetric, steps: readonly ScalingStep[], cooldownSeconds: number): void {
    const [first] = steps;
    if (first === undefined) return;
    const base = first.concurrentRequests;
    const policy = new CfnScalingPolicy(this, id, {
      policyName: `${this.node.addr.slice(-8)}-${id}`,
      policyType: 'StepScaling',
      scalingTargetId: this.#target.ref,
      stepScalingPolicyConfiguration: {
        adjustmentType: 'ChangeInCapacity',
        metricAggregationType: 'Maximum',
        cooldown: cooldownSeconds,
        stepAdjustments: steps.map(({ concurrentRequests, add }, index) => {
          const next = steps[index + 1];
          return {
            metricIntervalLowerBound: concurrentRequests - base,
            ...(next && { metricIntervalUpperBound: next.concurrentRequests - base }),
            scalingAdjustment: add,
          };
        }),
      },
    });
    const alarm = new Alarm(this, `${id}Alarm`, {
      metric,
      threshold: base,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.MISSING,
      alarmDescription: 'Starts a scaling step; no action is needed.',
    });
    alarm.addAlarmAction({ bind: () => ({ alarmActionArn: policy.ref }) });
  }

  #track(
    id: string,
    { scaleOut, scaleIn }: Cooldowns,
    metric: Pick<
      CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty,
      'targetValue' | 'predefinedMetricSpecification' | 'customizedMetricSpecification'
    >,
  ): void {
    new CfnScalingPolicy(this, id, {
      policyName: `${this.node.addr.slice(-8)}-${id}`,
      policyType: 'TargetTrackingScaling',
      scalingTargetId: this.#target.ref,
      targetTrackingScalingPolicyConfiguration: {
        ...metric,
        scaleOutCooldown: scaleOut,
        scaleInCooldown: scaleIn,
      },
    });
  }
}

function scheduledAction(schedule: ScalingSchedule): CfnScalableTarget.ScheduledActionProperty {
  return defined({
    scheduledActionName: schedule.name,
    schedule: schedule.schedule,
    timezone: schedule.timezone,
    scalableTargetAction: defined({
      minCapacity: schedule.minInstances,
      maxCapacity: schedule.maxInstances,
    }),
  });
}
