/** A transformer of two layers in doubles: enough to show which columns reach the pooled one. */

/** Columns of a sequence: token, position, and whether it is seen as a key. */
export type Sequence = { id: number; position: number; visible: boolean }[];

type Matrix = number[][];

const WIDTH = 6;
const LAYERS = 2;
/** Stands for the lowest finite float: its weight underflows to exactly 0. */
const MASKED = -1e300;

export class ToyEncoder {
  readonly #tokens: Matrix;
  readonly #positions: Matrix;
  readonly #layers: { query: Matrix; key: Matrix; value: Matrix }[];
  readonly #causal: boolean;

  constructor(options: { vocabulary: number; positions: number; seed: number; causal: boolean }) {
    const random = generator(options.seed);
    const matrix = (rows: number): Matrix =>
      Array.from({ length: rows }, () => Array.from({ length: WIDTH }, random));
    this.#tokens = matrix(options.vocabulary);
    this.#positions = matrix(options.positions);
    this.#layers = Array.from({ length: LAYERS }, () => ({
      query: matrix(WIDTH),
      key: matrix(WIDTH),
      value: matrix(WIDTH),
    }));
    this.#causal = options.causal;
  }

  /** The states of all columns after the last layer. */
  encode(sequence: Sequence): Matrix {
    let states = sequence.map(({ id, position }) =>
      add(this.#tokens[id] ?? [], this.#positions[position] ?? []),
    );
    for (const { query, key, value } of this.#layers) {
      const keys = states.map((state) => times(state, key));
      const values = states.map((state) => times(state, value));
      states = states.map((state, column) => {
        const scores = keys.map((each, other) => {
          const hidden = sequence[other]?.visible !== true || (this.#causal && other > column);
          return hidden ? MASKED : dot(times(state, query), each);
        });
        const highest = Math.max(...scores);
        const weights = scores.map((score) => Math.exp(score - highest));
        const sum = weights.reduce((total, weight) => total + weight, 0);
        const attended = values[0]?.map((_, feature) =>
          values.reduce(
            (total, row, other) => total + ((weights[other] ?? 0) / sum) * (row[feature] ?? 0),
            0,
          ),
        );
        return add(state, attended ?? []).map(Math.tanh);
      });
    }
    return states;
  }
}

export const poolLast = (states: Matrix): number[] => states.at(-1) ?? [];

const add = (a: number[], b: number[]): number[] => a.map((value, index) => value + (b[index] ?? 0));

const dot = (a: number[], b: number[]): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

const times = (row: number[], matrix: Matrix): number[] =>
  row.map((_, column) => row.reduce((sum, value, index) => sum + value * (matrix[index]?.[column] ?? 0), 0));

/** Uniform from -1 to 1. */
function generator(seed: number): () => number {
  let state = (Math.abs(seed) % 0x7ffffffe) + 1;
  return () => {
    state = (state * 48_271) % 0x7fffffff;
    return (state / 0x7fffffff) * 2 - 1;
  };
}
