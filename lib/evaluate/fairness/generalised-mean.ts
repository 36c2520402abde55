/** The power of Borkan et al. 2019 and of the Jigsaw benchmark: low values weigh most. */
export const POWER = -5;

/** (mean of x^p)^(1/p) over the values that are defined; 0 when one is 0; NaN of none. */
export function generalisedMean(values: readonly number[], power: number = POWER): number {
  const defined = values.filter((value) => !Number.isNaN(value));
  if (defined.length === 0) return Number.NaN;
  const mean = defined.reduce((sum, value) => sum + value ** power, 0) / defined.length;
  return mean ** (1 / power);
}
