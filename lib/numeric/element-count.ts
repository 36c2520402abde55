/** How many elements a tensor of this shape has; 1 for a scalar. Exact only while it is a safe integer. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
