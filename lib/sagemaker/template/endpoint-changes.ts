/** What becomes of the endpoints of a stack. */
import { at, textAt } from '../json.js';
import type { WantedEndpoint } from '../update/endpoint.js';
import { wantedEndpoint } from '../update/read/wanted-endpoint.js';
import { type ResourceChange, resourceChanges } from './resource-changes.js';
import { referencesOf, type Template, type TemplateResource } from './template.js';

const ENDPOINT = 'AWS::SageMaker::Endpoint';

export interface EndpointChange {
  readonly logicalId: string;
  readonly change: ResourceChange;
  /** Its name before; undefined where there was none, or where it is known only at deployment. */
  readonly deployedName: string | undefined;
  /** Its name after; undefined where it goes, or where it is known only at deployment. */
  readonly wantedName: string | undefined;
  /** Undefined where it goes, and where its configuration is not in the template. */
  readonly wanted: WantedEndpoint | undefined;
}

/** @param before the template of the stack that stands; undefined where there is none */
export function endpointChanges(before: Template | undefined, after: Template): readonly EndpointChange[] {
  const changes = resourceChanges(before, after);
  const ids = new Set([...endpointIds(before), ...endpointIds(after)]);
  return [...ids].map((logicalId) => {
    const wantedName = nameOf(after, logicalId);
    return {
      logicalId,
      change: changes.get(logicalId) ?? 'none',
      deployedName: nameOf(before, logicalId),
      wantedName,
      wanted: wantedOf(after, logicalId, wantedName ?? logicalId),
    };
  });
}

function endpointIds(template: Template | undefined): readonly string[] {
  return Object.entries(template?.Resources ?? {})
    .filter(([, { Type }]) => Type === ENDPOINT)
    .map(([id]) => id);
}

function nameOf(template: Template | undefined, logicalId: string): string | undefined {
  return textAt(template?.Resources[logicalId], 'Properties', 'EndpointName');
}

function wantedOf(template: Template, logicalId: string, name: string): WantedEndpoint | undefined {
  const endpoint = template.Resources[logicalId]?.Properties;
  const config = configOf(template, endpoint);
  return endpoint === undefined || config === undefined
    ? undefined
    : wantedEndpoint(name, endpoint, config.Properties);
}

function configOf(template: Template, endpoint: unknown): TemplateResource | undefined {
  const [id] = referencesOf(at(endpoint, 'EndpointConfigName'));
  return id === undefined ? undefined : template.Resources[id];
}
