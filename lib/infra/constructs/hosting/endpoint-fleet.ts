/** The endpoint configuration and what it names: models, role, network. */
import { CfnEndpointConfig } from 'aws-cdk-lib/aws-sagemaker';
import { Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { instanceFacts } from '../../../sagemaker/instance-types.js';
import { type ContainerOptions, containerEnvironment } from '../container/container-environment.js';
import type { BoundImage, ImageTarget } from '../container/image-source.js';
import { targetFor } from '../container/target-for.js';
import { defined } from '../defined.js';
import { checkEvaluation } from '../governance/evaluation-gate.js';
import { type BoundModel, type ModelSource, packagingOf } from '../model/model-source.js';
import { ModerationModel } from '../model/moderation-model.js';
import type { ModerationEndpointProps } from '../moderation-endpoint-props.js';
import { check } from '../rules.js';
import { ExecutionRole } from '../security/execution-role.js';
import { type Network, network } from '../security/network.js';
import { metricsConfig } from '../watch/published-metrics.js';
import { AsyncInference } from './async-inference.js';
import { DEFAULT_CAPTURE_PREFIX, dataCaptureConfig } from './data-capture.js';
import {
  fillInstances,
  type Hosting,
  type Instances,
  instancesOf,
  PRIMARY_VARIANT,
  type RealtimeHosting,
  type ShadowOptions,
  type VariantOptions,
  variantInstances,
} from './hosting.js';
import { maxInstances } from './inference-component.js';
import {
  componentVariant,
  DEFAULT_SERVERLESS_MEMORY_MB,
  instanceVariant,
  type ProductionVariant,
  serverlessVariant,
} from './production-variant.js';
import { serverlessSizeRules } from './serverless-size.js';

export interface EndpointFleetProps extends ModerationEndpointProps {
  readonly hosting: Hosting;
  /** Known at synthesis, so that containers can carry it in their metrics without a circle in the template. */
  readonly endpointName: string;
}

const PRIMARY_MODEL = 'Model';

/** A variant that answers. */
export interface FleetVariant {
  readonly name: string;
  /** Undefined for serverless. */
  readonly instances: Instances | undefined;
}

/** Unnamed, as models are: every change replaces an endpoint configuration. */
export class EndpointFleet extends Construct {
  readonly config: CfnEndpointConfig;
  readonly role: ExecutionRole;
  /** Undefined for serverless. */
  readonly instances: Instances | undefined;
  readonly models: { readonly primary: ModerationModel };
  readonly asyncInference: AsyncInference | undefined;
  /** The primary first. */
  readonly variants: readonly FleetVariant[];
  readonly shadowName: string | undefined;
  readonly #props: EndpointFleetProps;
  readonly #network: Network | undefined;
  readonly #images = new Map<ImageTarget, BoundImage>();

  constructor(scope: Construct, id: string, props: EndpointFleetProps) {
    super(scope, id);
    this.#props = props;
    const { hosting, security = {} } = props;
    this.role = new ExecutionRole(
      this,
      'ExecutionRole',
      defined({ role: security.role, vpc: security.vpc !== undefined }),
    );
    this.#network = network(this, security);
    this.instances = hosting.kind === 'serverless' ? undefined : fillInstances(hosting);
    const primary = this.#model(
      PRIMARY_MODEL,
      props.model,
      this.instances?.instanceTypes[0],
      props.container ?? {},
    );
    this.models = { primary };
    this.asyncInference = this.#asyncInference();
    const variants = [this.#primaryVariant(primary), ...this.#furtherVariants()];
    const shadow = this.#shadow();
    this.variants = [
      { name: PRIMARY_VARIANT, instances: this.instances },
      ...variantInstances(hosting).map(({ name, instances }) => ({ name, instances })),
    ];
    this.shadowName = shadow?.variantName;
    this.config = this.#createConfig(variants, shadow);
  }

  #createConfig(variants: ProductionVariant[], shadow: ProductionVariant | undefined): CfnEndpointConfig {
    const { hosting, dataCapture, security = {} } = this.#props;
    const { encryptionKey } = security;
    if (dataCapture !== undefined) {
      this.role.grantWriteObjects(
        dataCapture.bucket,
        dataCapture.prefix ?? DEFAULT_CAPTURE_PREFIX,
        encryptionKey,
      );
    }
    const config = new CfnEndpointConfig(
      this,
      'Config',
      defined({
        productionVariants: variants,
        shadowProductionVariants: shadow === undefined ? undefined : [shadow],
        kmsKeyId: this.#volumeKey(),
        asyncInferenceConfig: this.asyncInference?.config,
        dataCaptureConfig:
          dataCapture === undefined ? undefined : dataCaptureConfig(dataCapture, encryptionKey),
        metricsConfig: metricsConfig(this.#props.watch?.metrics ?? {}),
        ...(hosting.kind === 'scale-to-zero' && {
          executionRoleArn: this.role.role.roleArn,
          enableNetworkIsolation: this.#isolated,
          vpcConfig: this.#network,
        }),
      }),
    );
    if (hosting.kind === 'scale-to-zero') this.role.precede(config);
    this.#explain(config);
    return config;
  }

  /** Local storage cannot be encrypted with a key of one's own; CreateEndpointConfig has refused one there. */
  #volumeKey(): string | undefined {
    if (this.#localStorage) return undefined;
    return this.#props.security?.encryptionKey?.keyArn;
  }

  /** Of any variant or shadow: one that has it is enough for SageMaker to refuse a key. */
  get #localStorage(): boolean {
    const { hosting } = this.#props;
    const fleets = [
      ...(this.instances === undefined ? [] : [this.instances]),
      ...variantInstances(hosting).map(({ instances }) => instances),
      ...(hosting.kind === 'realtime' && hosting.shadow ? [instancesOf(hosting, hosting.shadow)] : []),
    ];
    const types = fleets.flatMap(({ instanceTypes }) => instanceTypes);
    return types.some((type) => instanceFacts(type)?.localStorage === true);
  }

  get #isolated(): boolean {
    const { hosting, security } = this.#props;
    return security?.networkIsolation ?? hosting.kind !== 'serverless';
  }

  #primaryVariant(model: ModerationModel): ProductionVariant {
    const { hosting } = this.#props;
    const { modelName } = model;
    if (hosting.kind === 'serverless') return serverlessVariant(PRIMARY_VARIANT, modelName, hosting);
    const instances = this.instances ?? fillInstances(hosting);
    if (hosting.kind === 'scale-to-zero')
      return componentVariant(PRIMARY_VARIANT, instances, maxInstances(hosting));
    return instanceVariant({ variantName: PRIMARY_VARIANT, modelName, weight: 1 }, instances);
  }

  #furtherVariants(): ProductionVariant[] {
    const { hosting } = this.#props;
    if (hosting.kind !== 'realtime') return [];
    return (hosting.variants ?? []).map((variant) =>
      this.#variant(hosting, variant, variant.name, variant.weight ?? 1),
    );
  }

  #shadow(): ProductionVariant | undefined {
    const { hosting } = this.#props;
    if (hosting.kind !== 'realtime' || hosting.shadow === undefined) return undefined;
    const { shadow } = hosting;
    return this.#variant(hosting, shadow, shadow.name ?? 'Shadow', shadow.share ?? 1);
  }

  #variant(
    hosting: RealtimeHosting,
    options: Omit<VariantOptions, 'name' | 'weight'> | ShadowOptions,
    variantName: string,
    weight: number,
  ): ProductionVariant {
    const instances = instancesOf(hosting, options);
    const container = options.container ?? this.#props.container ?? {};
    const { modelName } = this.#model(
      `Model${variantName}`,
      options.model,
      instances.instanceTypes[0],
      container,
    );
    return instanceVariant({ variantName, modelName, weight }, instances);
  }

  #model(
    id: string,
    source: ModelSource,
    instanceType: string | undefined,
    container: ContainerOptions,
  ): ModerationModel {
    const { hosting } = this.#props;
    const target = this.#target(instanceType);
    const files = new Construct(this, `${id}Files`);
    const model = source.bind(files, packagingOf(source, hosting.kind === 'serverless' ? 'tarball' : 'any'));
    this.#checkModel(model, container);
    if (id === PRIMARY_MODEL && this.#props.evaluationGate !== undefined) {
      checkEvaluation(this.#props.evaluationGate, model.files);
    }
    return new ModerationModel(this, id, {
      model,
      image: this.#image(target),
      environment: containerEnvironment(
        container,
        target === 'gpu' ? 'cuda' : 'cpu',
        this.#props.endpointName,
      ),
      role: this.role,
      networkIsolation: this.#isolated,
      network: this.#network,
    });
  }

  /** An instance type that is known only at deployment takes the target that the image was made for. */
  #target(instanceType: string | undefined): ImageTarget {
    return this.#props.image.target ?? targetFor(instanceFacts(instanceType ?? ''));
  }

  #image(target: ImageTarget): BoundImage {
    const known = this.#images.get(target);
    if (known !== undefined) return known;
    const image = this.#props.image.bind(this, target);
    this.#images.set(target, image);
    return image;
  }

  #checkModel({ files }: BoundModel, { precision }: ContainerOptions): void {
    const { hosting } = this.#props;
    check('model', [
      {
        broken:
          precision !== undefined && files?.manifest !== undefined && precision !== files.manifest.precision,
        problem: `container.precision is ${precision}, but the pack is ${files?.manifest?.precision} already; leave precision out, or deploy the checkpoint.`,
      },
      ...(hosting.kind === 'serverless'
        ? serverlessSizeRules(files, precision, hosting.memoryMb ?? DEFAULT_SERVERLESS_MEMORY_MB)
        : []),
    ]);
  }

  #asyncInference(): AsyncInference | undefined {
    const { hosting, security } = this.#props;
    if (hosting.kind !== 'async') return undefined;
    return new AsyncInference(this, 'Async', {
      hosting,
      instanceTypes: this.instances?.instanceTypes ?? [],
      role: this.role,
      encryptionKey: security?.encryptionKey,
    });
  }

  #explain(config: CfnEndpointConfig): void {
    const reason = this.#localStorage
      ? 'The instance type has local NVMe storage, encrypted by hardware; SageMaker accepts no key for it.'
      : this.#props.hosting.kind === 'serverless' && 'Serverless hosting has no volume to encrypt.';
    if (reason === false) return;
    for (const pack of ['HIPAA.Security', 'NIST.800.53.R4', 'NIST.800.53.R5', 'PCI.DSS.321']) {
      Validations.of(config).acknowledge({
        id: `${pack}-SageMakerEndpointConfigurationKMSKeyConfigured`,
        reason,
      });
    }
  }
}
