/**
 * The options of a construct by their paths, at the type level: `scaling.minInstances`, `steps[].add`. A table with a key
 * for each path is complete, or it does not compile; so an option that is added later must be tried as well.
 */
import type { Duration } from 'aws-cdk-lib/core';

/** Resources, sources and other things with behaviour: they are given as they are. */
type Opaque =
  | { readonly node: unknown }
  | { bind(...args: never[]): unknown }
  | ((...args: never[]) => unknown);

type Leaf = 'number' | 'duration' | 'text';

/** Text is free text only, not one of a few words. */
type IsLeaf<T, Wanted extends Leaf> = Wanted extends 'number'
  ? T extends number
    ? true
    : false
  : Wanted extends 'duration'
    ? T extends Duration
      ? true
      : false
    : string extends T
      ? true
      : false;

/** Paths to the options of a sort; kinds of a union stand in parentheses. Distributes over unions. */
type Paths<T, Wanted extends Leaf, Path extends string> = T extends unknown
  ? IsLeaf<T, Wanted> extends true
    ? Path
    : T extends Opaque | string | number | boolean | Duration
      ? never
      : T extends readonly (infer Entry)[]
        ? Paths<Entry, Wanted, `${Path}[]`>
        : T extends { readonly kind: infer Kind extends string }
          ? Inner<Omit<T, 'kind'>, Wanted, `${Path}(${Kind})`>
          : T extends object
            ? Inner<T, Wanted, Path>
            : never
  : never;

/** `subnets` is a selection that CDK reads itself. */
type Inner<T, Wanted extends Leaf, Path extends string> = {
  [Key in keyof T & string]: Paths<NonNullable<T[Key]>, Wanted, Path extends '' ? Key : `${Path}.${Key}`>;
}[Exclude<keyof T & string, 'subnets'>];

export type NumberPaths<Props> = Paths<Props, 'number', ''>;
export type DurationPaths<Props> = Paths<Props, 'duration', ''>;
export type TextPaths<Props> = Paths<Props, 'text', ''>;

/** Sets a value at a path, in a copy; the first entry of a list stands for all. */
export function setAt(props: object, path: string, value: unknown): object {
  const steps = path.replace(/\([\w-]+\)/g, '').split('.');
  return set(props, steps, value) as object;
}

function set(target: unknown, [step = '', ...rest]: readonly string[], value: unknown): unknown {
  const name = step.replace('[]', '');
  const record = (target ?? {}) as Record<string, unknown>;
  if (!step.endsWith('[]')) {
    return { ...record, [name]: rest.length === 0 ? value : set(record[name], rest, value) };
  }
  const [first, ...others] = (record[name] ?? []) as unknown[];
  return { ...record, [name]: [rest.length === 0 ? value : set(first, rest, value), ...others] };
}
