/**
 * Two-sided p-value of McNemar's exact test: how likely two halves as unequal as these are when each of the rows falls
 * to either side with probability 1/2. 1 when there are none.
 */
export function mcnemarPValue(onlyA: number, onlyB: number): number {
  const rows = onlyA + onlyB;
  const smaller = Math.min(onlyA, onlyB);
  // Terms of the binomial sum in logarithms, each from the one before: C(n, k + 1) = C(n, k) · (n - k) / (k + 1).
  let logTerm = -rows * Math.LN2;
  let sum = 0;
  for (let k = 0; k <= smaller; k++) {
    sum += Math.exp(logTerm);
    logTerm += Math.log((rows - k) / (k + 1));
  }
  return Math.min(1, 2 * sum);
}
