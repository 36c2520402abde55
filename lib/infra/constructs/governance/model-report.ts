/** What is known about a model from the files that come with it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inferenceConfigSchema } from '../../../checkpoint/config/inference-config.js';
import { testMetricsSchema, type ValReport, valReportSchema } from '../../../checkpoint/config/reports.js';
import { POLICY_FILE, policySchema } from '../../../contract/policy.js';
import { listModelFiles, type ModelFiles } from '../model/model-files.js';

export interface ModelReport {
  readonly files: ModelFiles;
  readonly name: string;
  /** Trained on made-up data; must not judge real posts. */
  readonly demonstration: boolean;
  /** Those of policy.json where there is one, which the container applies in place of the model's own. */
  readonly thresholds: Readonly<Record<string, number>>;
  /** Measured on the test set, by name. */
  readonly testMetrics: Readonly<Record<string, number>>;
  readonly valReport: ValReport | undefined;
  /** Absolute path of test_metrics.json, where there is one. */
  readonly testMetricsFile: string | undefined;
}

/**
 * Reads the report of a pack or checkpoint.
 *
 * @param reportsFolder where test_metrics.json and val_report.json lie. Default: the model's folder
 */
export function readModelReport(folder: string, reportsFolder = folder): ModelReport {
  const files = listModelFiles(folder);
  const policyFile = existing(join(folder, POLICY_FILE));
  const described = files.manifest === undefined ? fromCheckpoint(folder) : fromManifest(files.manifest);
  const testMetricsFile = existing(join(reportsFolder, 'test_metrics.json'));
  const valReportFile = existing(join(reportsFolder, 'val_report.json'));
  const valReport = valReportFile === undefined ? undefined : valReportSchema.parse(readJson(valReportFile));
  const measured =
    testMetricsFile === undefined ? undefined : testMetricsSchema.parse(readJson(testMetricsFile));
  return {
    files,
    ...described,
    ...(policyFile !== undefined && fromPolicy(policyFile)),
    testMetrics: measured ?? files.manifest?.metrics ?? {},
    valReport,
    testMetricsFile,
  };
}

/** Thresholds of all posts; a policy may have others for posts with a text or an image alone. */
function fromPolicy(path: string): Pick<ModelReport, 'thresholds'> {
  const { classes } = policySchema.parse(readJson(path));
  const thresholds = Object.entries(classes).map(([name, { threshold }]) => [name, threshold]);
  return { thresholds: Object.fromEntries(thresholds) as Record<string, number> };
}

type Described = Pick<ModelReport, 'name' | 'demonstration' | 'thresholds'>;

function fromManifest(manifest: NonNullable<ModelFiles['manifest']>): Described {
  const { name, demonstration, classNames, thresholds } = manifest;
  return {
    name: `${name} ${manifest.precision}`,
    demonstration,
    thresholds: byClass(classNames, thresholds),
  };
}

function fromCheckpoint(folder: string): Described {
  const path = existing(join(folder, 'inference_config.json'));
  const config = inferenceConfigSchema.parse(path === undefined ? {} : readJson(path));
  const { thresholds = [], class_names: classNames = [] } = config;
  return {
    name: config.encoder_name ?? 'checkpoint',
    demonstration: config.demonstration ?? false,
    thresholds: Array.isArray(thresholds) ? byClass(classNames, thresholds) : thresholds,
  };
}

function byClass(names: readonly string[], values: readonly number[]): Record<string, number> {
  return Object.fromEntries(values.map((value, index) => [names[index] ?? String(index), value]));
}

function existing(path: string): string | undefined {
  return existsSync(path) ? path : undefined;
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
