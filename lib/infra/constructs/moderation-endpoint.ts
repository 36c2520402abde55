/** The endpoint with everything that a team needs around it on the first day. */
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { CfnEndpoint, type CfnEndpointConfig, type CfnEndpointProps } from 'aws-cdk-lib/aws-sagemaker';
import type { Construct } from 'constructs';
import { defined } from './defined.js';
import { defaultEndpointName } from './endpoint-name.js';
import { type IModerationEndpoint, ImportedEndpoint, ModerationEndpointBase } from './endpoint-reference.js';
import { endpointRules, fleetSize } from './endpoint-rules.js';
import { ASYNC_PREFIXES, type AsyncInference } from './hosting/async-inference.js';
import { EndpointFleet } from './hosting/endpoint-fleet.js';
import { scaleFleet } from './hosting/fleet-scaling.js';
import { type Hosting, PRIMARY_VARIANT } from './hosting/hosting.js';
import { ScaleToZeroComponent } from './hosting/inference-component.js';
import { sharedFacts } from './hosting/instance-pool.js';
import { warnOfRegion } from './hosting/region.js';
import { deploymentConfig, isGuarded } from './hosting/rollout.js';
import type { ModerationEndpointProps } from './moderation-endpoint-props.js';
import { reviewAlarmRules } from './review/review-alarms.js';
import { ReviewEvents } from './review/review-events.js';
import { check } from './rules.js';
import { alarmRules, rollbackRules } from './watch/alarm-rules.js';
import { Alarms } from './watch/alarms.js';
import { ComponentMetrics } from './watch/component-metrics.js';
import { EndpointDashboard } from './watch/dashboard.js';
import { EndpointMetrics } from './watch/endpoint-metrics.js';
import { fillThresholds, type Thresholds } from './watch/thresholds.js';

/**
 * A SageMaker endpoint that runs the moderation container, with its role, scaling, alarms, dashboard and rollout.
 *
 * @throws ModerationError `invalid_configuration`, listing everything that is wrong with the options
 *
 * @example
 * new ModerationEndpoint(this, 'Moderation', {
 *   model: ModelSource.fromPack('models/demo'),
 *   image: ImageSource.fromProject(),
 * });
 */
export class ModerationEndpoint extends ModerationEndpointBase {
  override readonly endpointName: string;
  override readonly endpointArn: string;
  readonly resource: CfnEndpoint;
  readonly alarms: readonly Alarm[];
  /** Bucket and topics of asynchronous hosting. */
  readonly asyncInference: AsyncInference | undefined;
  /** What callers must name besides the endpoint, where hosting scales to zero. */
  readonly inferenceComponentName: string | undefined;
  /** Where posts for review go, with the option `review`. */
  readonly review: ReviewEvents | undefined;
  protected override readonly invocable: readonly string[];
  protected override readonly metrics: EndpointMetrics;
  protected override readonly invokeActions: readonly string[];
  readonly #props: ModerationEndpointProps;
  readonly #hosting: Hosting;
  readonly #fleet: EndpointFleet;
  readonly #thresholds: Thresholds;
  /**
   * Fixed at synthesis: alarms name the endpoint and the endpoint waits for the alarms, so one of them needs a name that
   * does not come from the other.
   */
  readonly #fixedName: string;

  /** An endpoint that exists already, by its name. */
  static fromEndpointName(scope: Construct, id: string, endpointName: string): IModerationEndpoint {
    return new ImportedEndpoint(scope, id, endpointName);
  }

  constructor(scope: Construct, id: string, props: ModerationEndpointProps) {
    super(scope, id);
    this.#props = props;
    this.#hosting = props.hosting ?? { kind: 'realtime' };
    check(`options of ${this.node.path}`, endpointRules(props, this.#hosting));
    this.#fixedName = props.endpointName ?? defaultEndpointName(this, this.#hosting.kind);
    this.#thresholds = fillThresholds(props.watch?.thresholds ?? {});
    this.#fleet = new EndpointFleet(this, 'Fleet', {
      ...props,
      hosting: this.#hosting,
      endpointName: this.#fixedName,
    });
    this.asyncInference = this.#fleet.asyncInference;
    this.metrics = this.#metricsOf(PRIMARY_VARIANT);

    this.resource = this.#createEndpoint();
    this.endpointName = this.resource.attrEndpointName;
    this.endpointArn = this.resource.ref;
    const component = this.#scale();
    this.inferenceComponentName = component?.resource.inferenceComponentName;
    this.invocable = [this.endpointArn, ...(component ? [component.resource.attrInferenceComponentArn] : [])];
    this.invokeActions = [
      this.#hosting.kind === 'async' ? 'sagemaker:InvokeEndpointAsync' : 'sagemaker:InvokeEndpoint',
    ];
    this.review = this.#createReview();
    this.alarms = this.#watch();
    warnOfRegion(this, this.#hosting.kind, this.#fleet.variants);
  }

  /** Lets a caller send requests; for asynchronous hosting also put them into the bucket and read the answers. */
  override grantInvoke(grantee: IGrantable): Grant {
    const grant = super.grantInvoke(grantee);
    if (this.asyncInference === undefined) return grant;
    const { bucket } = this.asyncInference;
    return grant
      .combine(bucket.grantPut(grantee, `${ASYNC_PREFIXES.input}*`))
      .combine(bucket.grantRead(grantee, `${ASYNC_PREFIXES.output}*`))
      .combine(bucket.grantRead(grantee, `${ASYNC_PREFIXES.failures}*`));
  }

  /** Lets a caller tell which posts are for review. Throws without the option `review`. */
  grantSendReview(grantee: IGrantable): Grant {
    if (this.review === undefined) {
      throw new RangeError(`${this.node.path} has no place for reviews; give it the option review.`);
    }
    return this.review.grantSend(grantee);
  }

  #createReview(): ReviewEvents | undefined {
    const { review, security = {} } = this.#props;
    if (review === undefined) return undefined;
    const { encryptionKey } = security;
    return new ReviewEvents(this, 'Review', { ...review, endpointName: this.#fixedName, encryptionKey });
  }

  #createEndpoint(): CfnEndpoint {
    const { config } = this.#fleet;
    return new CfnEndpoint(
      this,
      'Resource',
      defined({
        endpointName: this.#fixedName,
        endpointConfigName: config.attrEndpointConfigName,
        deploymentConfig: this.#deployment(config),
        ...retention(this.#hosting),
      }),
    );
  }

  /** Guarded by alarms on the new fleet alone, where the hosting can shift traffic. */
  #deployment(config: CfnEndpointConfig): CfnEndpoint.DeploymentConfigProperty | undefined {
    const { kind } = this.#hosting;
    const { rollout = {} } = this.#props;
    if ((kind !== 'realtime' && kind !== 'async') || !isGuarded(rollout)) return undefined;
    const rules = this.#fleet.variants.flatMap(({ name }, index) =>
      rollbackRules(
        new EndpointMetrics(this.#fixedName, name, { EndpointConfigName: config.attrEndpointConfigName }),
        this.#thresholds,
      ).map((rule) => ({ ...rule, id: index === 0 ? rule.id : `${rule.id}${name}` })),
    );
    const own = new Alarms(this, 'Rollback', rules).all;
    this.#fleet.role.grantDescribeAlarms();
    const names = [...own, ...(rollout.alarms ?? [])].map(({ alarmName }) => alarmName);
    return deploymentConfig(
      rollout,
      fleetSize(this.#hosting),
      names,
      this.#fleet.instances?.provisionSeconds,
    );
  }

  #scale(): ScaleToZeroComponent | undefined {
    const hosting = this.#hosting;
    const { instances, models, role } = this.#fleet;
    if (hosting.kind === 'scale-to-zero' && instances !== undefined) {
      role.grantDescribeAlarms();
      const metrics = this.#componentMetrics();
      const rollback = new Alarms(this, 'Rollback', rollbackRules(metrics, this.#thresholds));
      return new ScaleToZeroComponent(this, 'Component', {
        metrics,
        rollbackAlarms: rollback.all.map(({ alarmName }) => alarmName),
        componentName: this.#componentName,
        endpointName: this.endpointName,
        variantName: PRIMARY_VARIANT,
        modelName: models.primary.modelName,
        hosting,
        instances,
      });
    }
    scaleFleet(this, this.#fleet.variants, hosting, this.endpointName);
    return undefined;
  }

  get #componentName(): string {
    return `${this.#fixedName}-model`;
  }

  #componentMetrics(): ComponentMetrics {
    return new ComponentMetrics(this.#fixedName, PRIMARY_VARIANT, this.#componentName);
  }

  /** Of what answers in a variant. */
  #metricsOf(variantName: string): EndpointMetrics {
    return this.#hosting.kind === 'scale-to-zero'
      ? this.#componentMetrics()
      : new EndpointMetrics(this.#fixedName, variantName);
  }

  /** After the endpoint, or the missing instances of its creation would raise an alarm. */
  #watch(): Alarm[] {
    const { watch = {}, dataCapture, container = {} } = this.#props;
    const context = {
      kind: this.#hosting.kind,
      thresholds: this.#thresholds,
      dataCapture: dataCapture !== undefined,
      embeddedMetrics: container.embeddedMetrics ?? true,
    };
    const all = this.#fleet.variants.flatMap(({ name, instances }, index) => {
      const metrics = this.#metricsOf(name);
      const instanceTypes = instances?.instanceTypes ?? [];
      const rules = alarmRules({ ...context, instanceTypes, metrics, primary: index === 0 });
      const alarms = new Alarms(this, index === 0 ? 'Alarms' : `Alarms${name}`, rules, watch.topic);
      alarms.node.addDependency(this.resource);
      return alarms.all;
    });
    if (this.review !== undefined) {
      const rules = reviewAlarmRules(this.review, this.#thresholds);
      all.push(...new Alarms(this, 'ReviewAlarms', rules, watch.topic).all);
    }
    if (watch.dashboard ?? true) this.#draw(all);
    return all;
  }

  #draw(alarms: readonly Alarm[]): void {
    const { variants, shadowName } = this.#fleet;
    const names = [...variants.map(({ name }) => name), ...(shadowName === undefined ? [] : [shadowName])];
    new EndpointDashboard(this, 'Dashboard', {
      kind: this.#hosting.kind,
      gpu: variants.some(({ instances }) => sharedFacts(instances?.instanceTypes ?? [])?.gpu),
      variants: names.map((name) => this.#metricsOf(name)),
      alarms,
    });
  }
}

/**
 * Without this an update sets the count that scaling has reached back to the initial one. Paused scaling keeps its count,
 * and the endpoint must stay as it was, or pausing would be an update of its own. Weights are not retained: the code says
 * them.
 */
function retention(
  hosting: Hosting,
): Pick<CfnEndpointProps, 'retainAllVariantProperties' | 'excludeRetainedVariantProperties'> {
  const scaled = hosting.kind === 'async' || (hosting.kind === 'realtime' && hosting.scaling !== false);
  if (!scaled) return {};
  return {
    retainAllVariantProperties: true,
    excludeRetainedVariantProperties: [{ variantPropertyType: 'DesiredWeight' }],
  };
}
