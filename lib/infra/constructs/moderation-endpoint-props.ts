import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { ContainerOptions } from './container/container-environment.js';
import type { ImageSource } from './container/image-source.js';
import type { EvaluationGate } from './governance/evaluation-gate.js';
import type { DataCaptureOptions } from './hosting/data-capture.js';
import type { Hosting } from './hosting/hosting.js';
import type { RolloutOptions } from './hosting/rollout.js';
import type { ModelSource } from './model/model-source.js';
import type { ReviewOptions } from './review/review-options.js';
import type { NetworkOptions } from './security/network.js';
import type { PublishedMetrics } from './watch/published-metrics.js';
import type { Thresholds } from './watch/thresholds.js';

export interface SecurityOptions extends NetworkOptions {
  /** Role that SageMaker takes; it is granted what it needs. @default - a new one */
  readonly role?: IRole;
  /**
   * No network calls in or out of the container, and no AWS credentials in it; it needs neither. Serverless cannot.
   *
   * @default - true; false for serverless
   */
  readonly networkIsolation?: boolean;
  /**
   * Encrypts volumes, captured data, asynchronous requests and topics. Local NVMe storage is encrypted by hardware, with
   * a key of its own; for such instance types the endpoint configuration names no key.
   *
   * @default - keys of AWS
   */
  readonly encryptionKey?: IKey;
}

export interface WatchOptions {
  /** Told when an alarm goes off and when it is over. Encrypt it with your own key or none: CloudWatch cannot use `alias/aws/sns`. @default - alarms only show */
  readonly topic?: ITopic;
  /** Thresholds that differ from the table in docs/deploy.md. @default - none */
  readonly thresholds?: Partial<Thresholds>;
  /** @default true */
  readonly dashboard?: boolean;
  /** Which metrics SageMaker publishes. Not for serverless. @default - SageMaker's own choice */
  readonly metrics?: PublishedMetrics;
}

export interface ModerationEndpointProps {
  readonly model: ModelSource;
  readonly image: ImageSource;
  /** @default - real-time on one ml.g4dn.xlarge, up to two */
  readonly hosting?: Hosting;
  /**
   * 1 to 63 letters, digits and hyphens. Nothing but another name ever replaces an endpoint, so one of a given name keeps
   * its kind of hosting: an update cannot change that.
   *
   * @default - made from the path of the construct and the kind of hosting, the same in each deployment
   */
  readonly endpointName?: string;
  readonly container?: ContainerOptions;
  /**
   * An evaluation that the model must have passed, or synthesis fails. It is about `model`; variants and shadows, which
   * are tried out, need none.
   *
   * @default - none is asked for
   */
  readonly evaluationGate?: EvaluationGate;
  readonly security?: SecurityOptions;
  /** Keeps a sample of requests and answers; they hold users' content. Not for serverless. @default - nothing is kept */
  readonly dataCapture?: DataCaptureOptions;
  /** Real-time and asynchronous. @default - see {@link RolloutOptions} */
  readonly rollout?: RolloutOptions;
  readonly watch?: WatchOptions;
  /** A place for posts whose decision is `review`. @default - none: clients see to them */
  readonly review?: ReviewOptions;
}
