import { ModerationError } from '../../contract/errors.js';
import type { SessionResponse } from '../workers/messages.js';

/** A float32 output [rows, width] as one array per row, or `output_invalid` for rows that hold a value that is no number. */
export function rowsOf(
  response: SessionResponse,
  output: string,
  rows: number,
): readonly PromiseSettledResult<Float32Array>[] {
  const tensor = response[output];
  if (tensor === undefined || tensor.dims.length !== 2 || tensor.dims[0] !== rows) {
    const got = tensor === undefined ? Object.keys(response).join(', ') : `[${tensor.dims.join(', ')}]`;
    throw new TypeError(`The graph should give ${output} of shape [${rows}, width]; it gave ${got}.`);
  }
  const width = tensor.data.length / rows;
  return Array.from({ length: rows }, (_, row) =>
    checked(tensor.data.slice(row * width, (row + 1) * width), output),
  );
}

function checked(values: Float32Array, output: string): PromiseSettledResult<Float32Array> {
  if (values.every(Number.isFinite)) return { status: 'fulfilled', value: values };
  const reason = new ModerationError(
    'output_invalid',
    `The model gave ${output} with a value that is not finite.`,
  );
  return { status: 'rejected', reason };
}
