/** What CloudFormation does with the resources of a stack when its template becomes another one. */
import { isDeepStrictEqual } from 'node:util';
import { referencesOf, type Template, type TemplateResource } from './template.js';

export type ResourceChange = 'none' | 'create' | 'update' | 'replace' | 'delete';

/**
 * Properties whose change makes another resource. Models and endpoint configurations are replaced by every change but
 * that of their tags; an endpoint by another name only; a scaling target and its policies with what they scale.
 */
const REPLACED_BY: Readonly<Record<string, (property: string) => boolean>> = {
  'AWS::SageMaker::Model': (property) => property !== 'Tags',
  'AWS::SageMaker::EndpointConfig': (property) => property !== 'Tags',
  'AWS::SageMaker::Endpoint': (property) => property === 'EndpointName',
  'AWS::ApplicationAutoScaling::ScalableTarget': (property) =>
    ['ResourceId', 'ScalableDimension', 'ServiceNamespace'].includes(property),
  'AWS::ApplicationAutoScaling::ScalingPolicy': (property) =>
    ['PolicyName', 'ResourceId', 'ScalableDimension', 'ScalingTargetId', 'ServiceNamespace'].includes(
      property,
    ),
};

/**
 * By logical id. A resource changes when its properties do, or when something that it refers to is replaced, because a
 * replaced resource has another name. Values of parameters are not compared.
 */
export function resourceChanges(
  before: Template | undefined,
  after: Template,
): ReadonlyMap<string, ResourceChange> {
  const judged = new Map<string, ResourceChange>();
  const old = before?.Resources ?? {};
  const judge = (id: string): ResourceChange => {
    const known = judged.get(id);
    if (known !== undefined) return known;
    const resource = after.Resources[id];
    // A template has no circles; a reference to a parameter is to no resource.
    if (resource === undefined) return old[id] === undefined ? 'none' : 'delete';
    const change = changeOf(old[id], resource, (reference) => judge(reference) === 'replace');
    judged.set(id, change);
    return change;
  };
  for (const id of [...Object.keys(after.Resources), ...Object.keys(old)]) judged.set(id, judge(id));
  return judged;
}

function changeOf(
  before: TemplateResource | undefined,
  after: TemplateResource,
  isReplaced: (id: string) => boolean,
): ResourceChange {
  if (before === undefined) return 'create';
  if (before.Type !== after.Type) return 'replace';
  const changed = changedProperties(before, after, isReplaced);
  if (changed.length === 0) return 'none';
  const replaces = REPLACED_BY[after.Type];
  return replaces !== undefined && changed.some(replaces) ? 'replace' : 'update';
}

function changedProperties(
  before: TemplateResource,
  after: TemplateResource,
  isReplaced: (id: string) => boolean,
): readonly string[] {
  const old = before.Properties ?? {};
  const next = after.Properties ?? {};
  const names = new Set([...Object.keys(old), ...Object.keys(next)]);
  return [...names].filter(
    (name) =>
      !isDeepStrictEqual(old[name], next[name]) || [...referencesOf(next[name])].some((id) => isReplaced(id)),
  );
}
