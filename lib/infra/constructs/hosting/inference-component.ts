/** The model as an inference component, which scales to zero copies and back. */

import { CfnInferenceComponent } from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import { defined } from '../defined.js';
import { computable } from '../tokens.js';
import type { ComponentMetrics } from '../watch/component-metrics.js';
import type { Instances, ScaleToZeroHosting } from './hosting.js';
import { sharedFacts } from './instance-pool.js';
import { Scalable } from './scaling.js';

export interface ScaleToZeroComponentProps {
  /** Fixed name of the component. Nothing ever replaces one, so a name does not get in the way of updates. */
  readonly componentName: string;
  /** By GetAtt, so that the component comes after its endpoint. */
  readonly endpointName: string;
  readonly variantName: string;
  readonly modelName: string;
  readonly hosting: ScaleToZeroHosting;
  readonly instances: Instances;
  readonly metrics: ComponentMetrics;
  /** Alarms that undo an update of the component, 1 to 10. */
  readonly rollbackAlarms: readonly string[];
}

const DEFAULTS = { memoryMb: 8192, cpuCores: 2, maxCopies: 2 } as const;

/**
 * Without copies, calls fail for the minutes that an instance takes to start; the first failure starts it. Target
 * tracking cannot leave zero by itself, because a metric per copy does not exist without copies.
 */
export class ScaleToZeroComponent extends Construct {
  readonly resource: CfnInferenceComponent;

  constructor(scope: Construct, id: string, props: ScaleToZeroComponentProps) {
    super(scope, id);
    this.resource = this.#createComponent(props);
    this.#scale(props);
  }

  #createComponent({ hosting, instances, ...props }: ScaleToZeroComponentProps): CfnInferenceComponent {
    return new CfnInferenceComponent(this, 'Resource', {
      inferenceComponentName: props.componentName,
      endpointName: props.endpointName,
      variantName: props.variantName,
      specification: {
        modelName: props.modelName,
        computeResourceRequirements: defined({
          minMemoryRequiredInMb: hosting.memoryMb ?? DEFAULTS.memoryMb,
          numberOfCpuCoresRequired: hosting.cpuCores ?? DEFAULTS.cpuCores,
          numberOfAcceleratorDevicesRequired: sharedFacts(instances.instanceTypes)?.gpu ? 1 : undefined,
        }),
        startupParameters: {
          containerStartupHealthCheckTimeoutInSeconds: instances.startupSeconds,
          modelDataDownloadTimeoutInSeconds: instances.downloadSeconds,
        },
      },
      runtimeConfig: { copyCount: 1 },
      deploymentConfig: {
        rollingUpdatePolicy: {
          maximumBatchSize: { type: 'COPY_COUNT', value: 1 },
          waitIntervalInSeconds: 120,
        },
        autoRollbackConfiguration: {
          alarms: props.rollbackAlarms.map((alarmName) => ({ alarmName })),
        },
      },
    });
  }

  #scale({ hosting, instances, componentName, metrics }: ScaleToZeroComponentProps): void {
    const scalable = new Scalable(this, 'Scaling', {
      resourceId: `inference-component/${componentName}`,
      dimension: 'sagemaker:inference-component:DesiredCopyCount',
      min: 0,
      max: hosting.maxCopies ?? DEFAULTS.maxCopies,
    });
    scalable.node.addDependency(this.resource);
    const target =
      hosting.concurrentRequestsPerCopy ?? sharedFacts(instances.instanceTypes)?.concurrencyTarget ?? 4;
    scalable.trackPredefined(
      'ConcurrentRequests',
      'SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution',
      target,
      { scaleOut: 60, scaleIn: 600 },
    );
    scalable.stepOut('FromZero', metrics.noCapacity(), [{ concurrentRequests: 1, add: 1 }], 60);
  }
}

/** One instance more than copies: an update starts the new copy before the old one goes, and each takes a GPU. */
export function maxInstances(hosting: ScaleToZeroHosting): number {
  const { maxCopies = DEFAULTS.maxCopies } = hosting;
  return 1 + computable('maxCopies', maxCopies, 'the most instances are one more; give a number');
}
