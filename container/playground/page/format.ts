/** Numbers as the page shows them. */

/** A probability or threshold; what is not quite 1 or 0 does not read as 1 or 0. */
export function probability(value: number): string {
  if (value > 0 && value < 0.0001) return '< 0.0001';
  if (value < 1 && value > 0.9999) return '> 0.9999';
  return value.toFixed(4);
}

export function threshold(value: number): string {
  return value.toFixed(3).replace(/0$/, '');
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

export function milliseconds(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return `${ms >= 100 ? ms.toFixed(0) : ms.toFixed(1)} ms`;
}

export function bytes(count: number): string {
  if (count < 1000) return `${count} bytes`;
  return count < 1e6 ? `${(count / 1000).toFixed(0)} kB` : `${(count / 1e6).toFixed(1)} MB`;
}

export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
