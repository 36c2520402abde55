/** CloudFormation templates, as far as updates are judged by them. */
import { isRecord } from '../../contract/record.js';

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
}

/** Whether parsed JSON is a template. */
export function isTemplate(value: unknown): value is Template {
  return isRecord(value) && isRecord(value['Resources']);
}

/** Logical ids that a value asks for a name or an attribute: `Ref`, `Fn::GetAtt` and `Fn::Sub`. */
export function referencesOf(value: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  collect(value, found);
  return found;
}

function collect(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) {
    for (const entry of value) collect(entry, found);
    return;
  }
  if (!isRecord(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'Ref' && typeof inner === 'string') found.add(inner);
    if (key === 'Fn::GetAtt') found.add(attributeOwner(inner));
    if (key === 'Fn::Sub') for (const name of substituted(inner)) found.add(name);
    collect(inner, found);
  }
}

/** `["Id", "Attribute"]`, or `"Id.Attribute"`. */
function attributeOwner(target: unknown): string {
  const [id] = Array.isArray(target) ? target : String(target).split('.');
  return String(id);
}

function substituted(target: unknown): readonly string[] {
  const text = Array.isArray(target) ? String(target[0]) : String(target);
  return [...text.matchAll(/\$\{([A-Za-z0-9]+)[.}]/g)].map(([, id]) => id ?? '');
}
