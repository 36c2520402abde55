/**
 * JSON as it was sent: objects are maps, so that no key can reach a prototype, and strings longer than any text may
 * be stay bytes until it is known what they are for.
 */
export type JsonValue = null | boolean | number | string | LongString | JsonValue[] | JsonObject;

export type JsonObject = Map<string, JsonValue>;

/**
 * The bytes between a string's quotes, as sent: escapes are unresolved, and what JSON forbids in a string is not looked for.
 * Nothing but base64, which is checked, may be as long; of whatever else the item is an error.
 */
export class LongString {
  constructor(
    readonly raw: Buffer,
    readonly escaped: boolean,
  ) {}
}

/** What a message calls the kind of a value: `an object`, `null`, … Never the value itself. */
export function kindOf(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (value instanceof Map) return 'an object';
  if (value instanceof LongString) return 'a string';
  return `a ${typeof value}`;
}

/** As plain data for a schema; objects have no prototype. A long string becomes an empty one. */
export function toPlain(value: JsonValue): unknown {
  if (value instanceof LongString) return '';
  if (Array.isArray(value)) return value.map(toPlain);
  if (!(value instanceof Map)) return value;
  const plain: Record<string, unknown> = Object.create(null);
  for (const [key, member] of value) plain[key] = toPlain(member);
  return plain;
}

/** A caller's field name for a message: quoted, escaped and short. */
export function quoteName(name: string): string {
  return JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}…` : name);
}
