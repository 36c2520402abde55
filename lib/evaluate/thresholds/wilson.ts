/** The 97.5 % quantile of the normal distribution: intervals of 95 %. */
const Z = 1.959963984540054;

/** Wilson's score interval of a proportion (Wilson 1927), 95 %; null of nothing. */
export function wilsonInterval(part: number, whole: number): { low: number | null; high: number | null } {
  if (whole === 0) return { low: null, high: null };
  const share = part / whole;
  const denominator = 1 + (Z * Z) / whole;
  const centre = (share + (Z * Z) / (2 * whole)) / denominator;
  const spread = (Z / denominator) * Math.sqrt((share * (1 - share)) / whole + (Z * Z) / (4 * whole * whole));
  // The bounds at shares of 0 and 1 are exact; rounding would put them just outside.
  return {
    low: part === 0 ? 0 : Math.max(0, centre - spread),
    high: part === whole ? 1 : Math.min(1, centre + spread),
  };
}
