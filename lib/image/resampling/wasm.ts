/**
 * A small WebAssembly assembler: instructions as nested function calls that return their bytes, so a kernel reads
 * like the arithmetic it does. It knows only what lib/image/resampling/kernels.ts uses. Opcodes and encodings are those of the
 * WebAssembly core specification, release 2.0 (chapter 5, binary format).
 */

/** Encoded instructions. */
export type Code = readonly number[];

export type ValueType = 'i32' | 'v128';

const VALUE_TYPES = { i32: 0x7f, v128: 0x7b } as const;
const EMPTY_BLOCK = 0x40;
const END = 0x0b;

/** An integer in LEB128, unsigned. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return bytes;
}

/** An integer in LEB128, signed. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && low < 0x40) || (rest === -1 && low >= 0x40)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

const simd = (opcode: number): number[] => [0xfd, ...unsigned(opcode)];
const unary =
  (opcode: readonly number[]) =>
  (value: Code): Code => [...value, ...opcode];
const binary =
  (opcode: readonly number[]) =>
  (left: Code, right: Code): Code => [...left, ...right, ...opcode];
/** Memory access with alignment 1 (a hint only) at `address + offset`. */
const load =
  (opcode: readonly number[]) =>
  (address: Code, offset = 0): Code => [...address, ...opcode, 0, ...unsigned(offset)];
const lanes = (bytes: readonly number[]): readonly number[] => {
  if (bytes.length !== 16) throw new RangeError(`a v128 has 16 bytes; got ${bytes.length}`);
  return bytes;
};

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  load: load([0x28]),
  add: binary([0x6a]),
  sub: binary([0x6b]),
  mul: binary([0x6c]),
  lessThan: binary([0x49]),
};

export const v128 = {
  /** 16 bytes, lane 0 first. */
  const: (bytes: readonly number[]): Code => [...simd(12), ...lanes(bytes)],
  load: load(simd(0)),
  load32Splat: load(simd(9)),
  store: (address: Code, value: Code, offset = 0): Code => [
    ...address,
    ...value,
    ...simd(11),
    0,
    ...unsigned(offset),
  ],
  /** Stores one 32-bit lane. */
  store32Lane: (lane: number, address: Code, value: Code): Code => [
    ...address,
    ...value,
    ...simd(90),
    0,
    0,
    lane,
  ],
};

export const i8x16 = {
  /** Bytes of `value` at constant indices; an index from 128 up gives zero. */
  swizzle: binary(simd(14)),
  /** Bytes of `left` (indices 0 to 15) and `right` (16 to 31). */
  shuffle: (indices: readonly number[], left: Code, right: Code): Code => [
    ...left,
    ...right,
    ...simd(13),
    ...lanes(indices),
  ],
  narrowUnsigned: binary(simd(102)),
};

export const i16x8 = {
  narrowSigned: binary(simd(133)),
  extendLowUnsigned: unary(simd(137)),
  extendHighUnsigned: unary(simd(138)),
};

export const i32x4 = {
  splat: unary(simd(17)),
  add: binary(simd(174)),
  shiftLeft: (value: Code, bits: number): Code => [...value, ...i32.const(bits), ...simd(171)],
  shiftRightSigned: (value: Code, bits: number): Code => [...value, ...i32.const(bits), ...simd(172)],
  /** Products of signed 16-bit lanes, added in pairs. */
  dot: binary(simd(186)),
};

/** A parameter or a local variable. */
export interface Variable {
  readonly type: ValueType;
  readonly get: Code;
  set(value: Code): Code;
}

const variable = (type: ValueType, index: number): Variable => ({
  type,
  get: [0x20, ...unsigned(index)],
  set: (value) => [...value, 0x21, ...unsigned(index)],
});

/** Runs `body` at least once, then again as long as `condition` holds. */
export const doWhile = (body: readonly Code[], condition: Code): Code => [
  0x03,
  EMPTY_BLOCK,
  ...body.flat(),
  ...condition,
  0x0d,
  0,
  END,
];

export const increment = (target: Variable, by: Code): Code => target.set(i32.add(target.get, by));

export interface FunctionDefinition {
  readonly name: string;
  readonly parameters: number;
  readonly locals: readonly ValueType[];
  readonly body: Code;
}

type Variables<Name extends string> = Readonly<Record<Name, Variable>>;

/** Declares the variables of a function while its body is written. All parameters are i32; it returns nothing. */
export class FunctionBuilder {
  readonly #locals: ValueType[] = [];
  #parameters = 0;

  /** To be called once, before `locals`. */
  parameters<const Name extends string>(...names: Name[]): Variables<Name> {
    this.#parameters = names.length;
    return named(names, (index) => variable('i32', index));
  }

  locals<const Name extends string>(type: ValueType, ...names: Name[]): Variables<Name> {
    const start = this.#parameters + this.#locals.length;
    this.#locals.push(...names.map(() => type));
    return named(names, (index) => variable(type, start + index));
  }

  build(name: string, body: readonly Code[]): FunctionDefinition {
    return { name, parameters: this.#parameters, locals: [...this.#locals], body: body.flat() };
  }
}

function named<Name extends string>(
  names: readonly Name[],
  make: (index: number) => Variable,
): Variables<Name> {
  return Object.fromEntries(names.map((name, index) => [name, make(index)])) as Record<Name, Variable>;
}

const vector = (items: readonly Code[]): number[] => [...unsigned(items.length), ...items.flat()];
const sized = (bytes: Code): number[] => [...unsigned(bytes.length), ...bytes];
const text = (value: string): number[] => sized([...new TextEncoder().encode(value)]);
const section = (id: number, items: readonly Code[]): number[] => [id, ...sized(vector(items))];

/** The bytes of a module that imports its memory as `host.memory` and exports the functions. */
export function assemble(functions: readonly FunctionDefinition[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [
    0x60,
    ...vector(Array.from({ length: parameters }, () => [VALUE_TYPES.i32])),
    ...vector([]),
  ]);
  const memory = [...text('host'), ...text('memory'), 0x02, 0x00, 1];
  const bodies = functions.map(({ locals, body }) =>
    sized([...vector(locals.map((type) => [1, VALUE_TYPES[type]])), ...body, END]),
  );
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types),
    ...section(2, [memory]),
    ...section(
      3,
      functions.map((_, index) => unsigned(index)),
    ),
    ...section(
      7,
      functions.map(({ name }, index) => [...text(name), 0x00, ...unsigned(index)]),
    ),
    ...section(10, bodies),
  ]);
}
