/**
 * The value below which the share `q` of rising `values` lies, interpolated linearly between two neighbours: numpy's
 * default, to the last bit.
 */
export function quantileOf(values: ArrayLike<number>, q: number): number {
  if (values.length === 0) throw new RangeError('No values have no quantile.');
  const place = (values.length - 1) * q;
  const below = Math.floor(place);
  const low = values[below] as number;
  const high = values[Math.min(below + 1, values.length - 1)] as number;
  const part = place - below;
  return part >= 0.5 ? high - (high - low) * (1 - part) : low + (high - low) * part;
}
