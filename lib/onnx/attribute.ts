/** Attributes of nodes. JavaScript has one kind of number where ONNX has two, so each states its kind. */

export type Attribute =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'ints'; readonly value: readonly number[] };

export type Attributes = Readonly<Record<string, Attribute>>;

export const float = (value: number): Attribute => ({ kind: 'float', value });
export const int = (value: number): Attribute => ({ kind: 'int', value });
export const ints = (...value: number[]): Attribute => ({ kind: 'ints', value });
