/** The operators that graphs may use, by operator set. */

/** Standard ONNX operators, as of {@link ONNX_OPSET}. */
export const ONNX_OPERATORS = [
  'Abs',
  'Add',
  'Cast',
  'Concat',
  'CumSum',
  'DequantizeLinear',
  'Div',
  'Expand',
  'Gather',
  'Gemm',
  'Identity',
  'LayerNormalization',
  'Less',
  'Max',
  'Mul',
  'NonZero',
  'Pad',
  'QuantizeLinear',
  'ReduceL2',
  'Reshape',
  'Shape',
  'Sigmoid',
  'Slice',
  'Sub',
  'Tanh',
  'Transpose',
  'Where',
] as const;

/** ONNX Runtime's own operators (`com.microsoft`, version 1). */
export const MICROSOFT_OPERATORS = [
  'FastGelu',
  'Gelu',
  'MatMulIntegerToFloat',
  'MultiHeadAttention',
  'QuickGelu',
] as const;

export type Operator = (typeof ONNX_OPERATORS)[number] | (typeof MICROSOFT_OPERATORS)[number];

/** The version of the standard operators: 17 is the first with LayerNormalization. */
export const ONNX_OPSET = 17;
export const MICROSOFT_DOMAIN = 'com.microsoft';
export const MICROSOFT_OPSET = 1;

const microsoft: ReadonlySet<string> = new Set(MICROSOFT_OPERATORS);

/** The domain of an operator: '' is the standard one. */
export function domainOf(operator: Operator): string {
  return microsoft.has(operator) ? MICROSOFT_DOMAIN : '';
}
