/** Whether the endpoint can be updated at all, and stays the kind that it is. */
import { type HostingKind, KIND_SUFFIXES } from '../../hosting-kind.js';
import type { EndpointStatus } from '../endpoint.js';
import { SOURCES } from '../sources.js';
import { type Finding, type Update, when } from './rule.js';

/** States that pass by themselves. Until then the endpoint "cannot be updated or deleted or re-scaled". */
const PASSING: ReadonlySet<EndpointStatus> = new Set([
  'Creating',
  'Updating',
  'SystemUpdating',
  'RollingBack',
]);

export function statusRule({ deployed: { name, status } }: Update): readonly Finding[] {
  return [
    ...when(PASSING.has(status), () => ({
      rule: 'endpoint-status',
      problem: `The endpoint ${name} is ${status}; it can be updated when it is InService again.`,
      remedy: { before: [`npx moderate endpoint wait ${name}`] },
      source: SOURCES.status,
    })),
    ...when(status === 'Failed' || status === 'Deleting', () => ({
      rule: 'endpoint-status',
      problem: `The endpoint ${name} is ${status}; SageMaker only deletes such an endpoint. Its reason is in the status.`,
      remedy: { before: [`npx moderate endpoint status ${name}`], destroy: true },
      source: SOURCES.status,
    })),
  ];
}

/**
 * Documented are real-time to serverless, and that an asynchronous configuration cannot be taken away. No other change
 * of kind is documented to work, so none is relied upon.
 */
export function kindRule({ deployed, wanted }: Update): readonly Finding[] {
  return when(deployed.kind !== wanted.kind, () => ({
    rule: 'hosting-kind',
    problem: `The endpoint ${deployed.name} hosts ${deployed.kind} and cannot become ${wanted.kind}; that takes an endpoint of another name.`,
    remedy: { adjust: { endpointName: nameFor(deployed.name, wanted.kind) } },
    source: [deployed.kind, wanted.kind].includes('async') ? SOURCES.async : SOURCES.serverless,
  }));
}

/** A free name that tells the kind: its suffix instead of another kind's. */
function nameFor(name: string, kind: HostingKind): string {
  const base = Object.values(KIND_SUFFIXES).reduce(
    (rest, suffix) => (suffix !== '' && rest.endsWith(suffix) ? rest.slice(0, -suffix.length) : rest),
    name,
  );
  const next = `${base.slice(0, 50)}${KIND_SUFFIXES[kind]}`;
  return next === name ? `${next}-2` : next;
}
