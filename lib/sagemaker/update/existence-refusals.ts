/** Endpoints that are not there where one is updated, or are there where one is made. */
import type { DeployCommand, DeployedEndpoint, Refusal } from './endpoint.js';
import { SOURCES } from './sources.js';

/** The stack knows an endpoint that somebody deleted past it. */
export function missingRefusal(name: string, deploy: DeployCommand): Refusal {
  return {
    rule: 'endpoint-missing',
    problem: `The stack has the endpoint ${name}, which was deleted past it, so there is nothing to update; another name makes a new one.`,
    fix: [deploy({ endpointName: `${name.slice(0, 61)}-2` })],
    source: SOURCES.update,
  };
}

/** Somebody else has an endpoint of the name that the stack wants to make. */
export function takenRefusal({ name, status }: DeployedEndpoint, deploy: DeployCommand): Refusal {
  return {
    rule: 'name-taken',
    problem: `An endpoint ${name} that is not of this stack exists already (${status}); a name is there once in an account and region.`,
    fix: [`npx moderate endpoint status ${name}`, deploy({ endpointName: `${name.slice(0, 61)}-2` })],
    source: SOURCES.create,
  };
}
