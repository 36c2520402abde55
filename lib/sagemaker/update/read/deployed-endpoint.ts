/** An endpoint as AWS describes it. */
import { ModerationError } from '../../../contract/errors.js';
import { listAt, numberAt, textAt } from '../../json.js';
import { type DeployedEndpoint, ENDPOINT_STATUSES, type EndpointStatus } from '../endpoint.js';
import { kindOf, variantsOf } from './endpoint-config.js';

export const VARIANT_DIMENSION = 'sagemaker:variant:DesiredInstanceCount';

/** How Application Auto Scaling calls a variant. */
export function variantResource(endpointName: string, variantName: string): string {
  return `endpoint/${endpointName}/variant/${variantName}`;
}

/**
 * @param endpoint what DescribeEndpoint says
 * @param config what DescribeEndpointConfig says of its configuration
 * @param scaledResources resource ids that are registered with Application Auto Scaling, such as
 * `endpoint/NAME/variant/Primary`
 * @throws ModerationError `invalid_configuration` when the description lacks the name, the status or the variants
 */
export function deployedEndpoint(
  endpoint: unknown,
  config: unknown,
  scaledResources: readonly string[],
): DeployedEndpoint {
  const name = required(textAt(endpoint, 'EndpointName'), 'EndpointName');
  const status = required(textAt(endpoint, 'EndpointStatus'), 'EndpointStatus');
  const configured = variantsOf(config);
  required(configured[0], 'ProductionVariants');
  const running = listAt(endpoint, 'ProductionVariants');
  return {
    name,
    kind: kindOf(config),
    status: known(status),
    variants: configured.map((variant) => {
      const live = running.find((entry) => textAt(entry, 'VariantName') === variant.name);
      const desiredCount = numberAt(live, 'DesiredInstanceCount');
      const currentCount = numberAt(live, 'CurrentInstanceCount');
      return {
        name: variant.name,
        ...(variant.instanceType !== undefined && { instanceType: variant.instanceType }),
        ...(desiredCount !== undefined && { desiredCount }),
        ...(currentCount !== undefined && { currentCount }),
      };
    }),
    scaledVariants: configured
      .map((variant) => variant.name)
      .filter((variant) => scaledResources.includes(variantResource(name, variant))),
  };
}

function required<T>(value: T | undefined, what: string): T {
  if (value !== undefined) return value;
  throw new ModerationError('invalid_configuration', `AWS describes an endpoint without ${what}.`);
}

function known(status: string): EndpointStatus {
  const found = ENDPOINT_STATUSES.find((name) => name === status);
  if (found !== undefined) return found;
  throw new ModerationError(
    'invalid_configuration',
    `AWS says that the endpoint is ${JSON.stringify(status)}; expected one of ${ENDPOINT_STATUSES.join(', ')}.`,
  );
}
