/** Whether the endpoint can be updated at all, and stays the kind that it is. */
import type { EndpointStatus, Refusal } from '../endpoint.js';
import { SOURCES } from '../sources.js';
import { type Update, when } from './rule.js';

/** States that pass by themselves. Until then the endpoint "cannot be updated or deleted or re-scaled". */
const PASSING: ReadonlySet<EndpointStatus> = new Set([
  'Creating',
  'Updating',
  'SystemUpdating',
  'RollingBack',
]);

export function statusRule({ deployed: { name, status }, deploy }: Update): readonly Refusal[] {
  return [
    ...when(PASSING.has(status), () => ({
      rule: 'endpoint-status',
      problem: `The endpoint ${name} is ${status}; it can be updated when it is InService again.`,
      fix: [`npx moderate endpoint wait ${name}`, deploy({})],
      source: SOURCES.status,
    })),
    ...when(status === 'Failed' || status === 'Deleting', () => ({
      rule: 'endpoint-status',
      problem: `The endpoint ${name} is ${status}; SageMaker only deletes such an endpoint. Its reason is in the status.`,
      fix: [`npx moderate endpoint status ${name}`, 'npx cdk destroy', deploy({})],
      source: SOURCES.status,
    })),
  ];
}

/**
 * Documented are real-time to serverless, and that an asynchronous configuration cannot be taken away. No other change
 * of kind is documented to work, so none is relied upon.
 */
export function kindRule({ deployed, wanted, deploy }: Update): readonly Refusal[] {
  return when(deployed.kind !== wanted.kind, () => ({
    rule: 'hosting-kind',
    problem: `The endpoint ${deployed.name} hosts ${deployed.kind} and cannot become ${wanted.kind}; that takes an endpoint of another name.`,
    fix: [deploy({ endpointName: `${deployed.name.slice(0, 50)}-${wanted.kind.slice(0, 12)}` })],
    source: [deployed.kind, wanted.kind].includes('async') ? SOURCES.async : SOURCES.serverless,
  }));
}
