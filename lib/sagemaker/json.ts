/** Values of parsed JSON whose shape is not known: descriptions by AWS, resources of a template. */
import { isRecord } from '../contract/record.js';

/** What lies under a path of names; undefined where something on the way is missing or is not an object. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => (isRecord(inner) ? inner[name] : undefined), value);
}

export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** Numbers of a template may be written as text; what is known only at deployment is undefined. */
export function numberAt(value: unknown, ...path: readonly string[]): number | undefined {
  const found = at(value, ...path);
  if (typeof found === 'number') return found;
  if (typeof found !== 'string' || found.trim() === '') return undefined;
  const number = Number(found);
  return Number.isNaN(number) ? undefined : number;
}

export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}
