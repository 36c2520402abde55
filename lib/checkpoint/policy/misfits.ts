import { isRecord } from '../../contract/record.js';
import { quote } from '../findings.js';

/** The model that a policy is for. */
export interface PolicyModel {
  readonly classNames: readonly string[];
  /** See {@link Pack.hash}. */
  readonly pack: string;
}

/**
 * Why a policy is none for this model, one sentence each. It takes what a file says before any of it is known to be
 * sound, so that one error can tell everything.
 */
export function misfits(policy: unknown, model: PolicyModel): string[] {
  const { pack, classes, byModality, byParts, temperatures } = membersOf(policy) ?? {};
  const rows = (Array.isArray(byParts) ? byParts : []).flatMap((row, index) => {
    const { classes: own, byModality: tables } = membersOf(row) ?? {};
    return [[`byParts.${index}.classes`, own], ...modalityTables(tables, `byParts.${index}.`)] as const;
  });
  const tables = [
    ['classes', classes],
    ...modalityTables(byModality),
    ...rows,
    ['temperatures', temperatures],
  ] as const;
  return [
    ...(typeof pack === 'string' && pack !== model.pack ? [anotherPack(pack, model.pack)] : []),
    ...tables.flatMap(([name, table]) => classMisfits(String(name), table, model.classNames)),
  ];
}

function modalityTables(byModality: unknown, path = ''): [string, unknown][] {
  return Object.entries(membersOf(byModality) ?? {}).map(([name, table]) => [
    `${path}byModality.${name}`,
    table,
  ]);
}

function anotherPack(got: string, expected: string): string {
  return (
    `pack: it was made for the pack ${quote(got)}; the model is the pack "${expected}", whose probabilities are others. ` +
    'Make a policy for this pack with `moderate calibrate`, or use the pack that it was made for.'
  );
}

function classMisfits(name: string, table: unknown, classNames: readonly string[]): string[] {
  const members = membersOf(table);
  if (members === undefined) return [];
  const unknown = Object.keys(members).filter((key) => !classNames.includes(key));
  const missing = classNames.filter((key) => !Object.hasOwn(members, key));
  const expected = `the model's classes are ${classNames.join(', ')}`;
  return [
    ...(unknown.length > 0
      ? [`${name}: the model has no class ${unknown.map(quote).join(', ')}; ${expected}`]
      : []),
    ...(missing.length > 0
      ? [`${name}: there is nothing for ${missing.map(quote).join(', ')}; ${expected}`]
      : []),
  ];
}

function membersOf(value: unknown): Record<string, unknown> | undefined {
  return isRecord(value) ? value : undefined;
}
