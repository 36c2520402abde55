import { z } from 'zod';

const numberOrNull = z.number().nullable();

/**
 * test_metrics.json: what the trainer measured, by name. Metrics that are no finite number (a ROC AUC of a class
 * without positives is NaN) and entries that are no number are left out.
 */
export const testMetricsSchema = z
  .record(z.string(), z.unknown())
  .transform((metrics) =>
    Object.fromEntries(
      Object.entries(metrics).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
    ),
  );

/**
 * val_report.json: a classification report of scikit-learn (rows of measures by class and average), or flat metrics.
 * A measure that is no finite number is null.
 */
export const valReportSchema = z.record(
  z.string(),
  z.union([numberOrNull, z.record(z.string(), numberOrNull)]),
);

export type ValReport = z.infer<typeof valReportSchema>;
