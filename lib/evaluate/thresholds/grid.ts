/**
 * The thresholds that the original tries: numpy.linspace(0.05, 0.95, 19), to the last bit (the published configs hold
 * 0.5499999999999999).
 */
export const GRID: readonly number[] = Array.from({ length: 19 }, (_, step) =>
  step === 18 ? 0.95 : step * ((0.95 - 0.05) / 18) + 0.05,
);

/** The original's threshold for a class without positives. */
export const UNCALIBRATED = 0.5;
