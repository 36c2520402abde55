/** Reads an array inside its bounds, where the type checker cannot know that the index is valid. */
export function at(array: Int32Array | Float64Array | Uint8Array, index: number): number {
  return array[index] as number;
}
