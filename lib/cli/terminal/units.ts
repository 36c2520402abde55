/** Bytes for people: three digits and a decimal unit. */
export function decimalBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const exponent = Math.min(Math.floor(Math.log10(bytes) / 3), 4);
  return `${(bytes / 1000 ** exponent).toPrecision(3)} ${['B', 'kB', 'MB', 'GB', 'TB'][exponent]}`;
}

/** A whole number with thousands separated. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
