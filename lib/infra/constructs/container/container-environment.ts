/** The container's environment variables, by the names that the contract gives them. */
import { Token } from 'aws-cdk-lib/core';
import type { Precision } from '../../../checkpoint/manifest.js';
import { type Device, ENVIRONMENT, MAX_REPLICAS } from '../../../contract/environment.js';
import { LIMITS, type LimitName } from '../../../contract/limits.js';
import { check } from '../rules.js';
import { numberText } from '../tokens.js';

export interface ContainerOptions {
  /**
   * Where the encoders run.
   *
   * @default - `cuda` on GPU instance types, so that a container without its GPU fails instead of being slow; else `cpu`
   */
  readonly device?: Device;
  /**
   * Precision that a checkpoint is converted to when the container starts. A pack has its precision already.
   *
   * @default - fp32
   */
  readonly precision?: Precision;
  /** Cores that each encoder may use, 1 to 256. @default - all of them */
  readonly threads?: number;
  /**
   * Copies of each encoder on the CPU, 1 to 8: several answer more posts a second, one answers a lone post sooner.
   *
   * @default - as many as threads; one for texts in fp32
   */
  readonly replicas?: number;
  /** @default - info */
  readonly logLevel?: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  /**
   * Whether the container writes CloudWatch metrics into its log; the alarm on refusals needs them.
   *
   * @default true
   */
  readonly embeddedMetrics?: boolean;
  /** Limits of the service that differ from their defaults; see docs/limits.md for units and ranges. */
  readonly limits?: Partial<Readonly<Record<LimitName, number>>>;
}

/**
 * The variables that differ from the container's own defaults.
 *
 * @param endpointName as it is known before the endpoint is made: a model that asked its endpoint for the name would make
 * a circle, since the endpoint needs the model. Undefined outside an endpoint.
 * @throws ModerationError `invalid_configuration`, listing every limit out of its range
 */
export function containerEnvironment(
  options: ContainerOptions,
  device: Device,
  endpointName?: string,
): Record<string, string> {
  checkOptions(options);
  const environment: Record<string, string> = {
    [ENVIRONMENT.device]: options.device ?? device,
    [ENVIRONMENT.emf]: String(options.embeddedMetrics ?? true),
  };
  if (endpointName !== undefined) environment[ENVIRONMENT.endpointName] = endpointName;
  if (options.precision !== undefined) environment[ENVIRONMENT.precision] = options.precision;
  if (options.threads !== undefined) environment[ENVIRONMENT.threads] = numberText(options.threads);
  if (options.replicas !== undefined) environment[ENVIRONMENT.replicas] = numberText(options.replicas);
  if (options.logLevel !== undefined) environment[ENVIRONMENT.logLevel] = options.logLevel;
  for (const [name, value] of Object.entries(options.limits ?? {})) {
    environment[LIMITS[name as LimitName].environment] = numberText(value);
  }
  return environment;
}

function checkOptions({ limits = {}, threads, replicas }: ContainerOptions): void {
  const outside = (value: number | undefined, max: number) =>
    value !== undefined && !Token.isUnresolved(value) && !(value >= 1 && value <= max);
  check('container options', [
    { broken: outside(threads, 256), problem: `threads is ${threads}; expected 1 to 256.` },
    {
      broken: outside(replicas, MAX_REPLICAS),
      problem: `replicas is ${replicas}; expected 1 to ${MAX_REPLICAS}.`,
    },
    ...Object.entries(limits).map(([name, value]) => {
      const definition = LIMITS[name as LimitName];
      const inside =
        definition !== undefined &&
        (Token.isUnresolved(value) || (value >= definition.min && value <= definition.max));
      return {
        broken: !inside,
        problem:
          definition === undefined
            ? `limits.${name} does not exist; expected one of ${Object.keys(LIMITS).join(', ')}.`
            : `limits.${name} is ${value}; expected ${definition.min} to ${definition.max} ${definition.unit}.`,
      };
    }),
  ]);
}
