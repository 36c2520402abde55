/** What is known about a model from the files that come with it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { DEFAULT_THRESHOLD } from '../../../checkpoint/config/classes.js';
import { inferenceConfigSchema } from '../../../checkpoint/config/inference-config.js';
import { labelMapSchema } from '../../../checkpoint/config/label-map.js';
import { readJsonSync } from '../../../checkpoint/config/read-json.js';
import { Findings } from '../../../checkpoint/findings.js';
import { POLICY_FILE, policySchema } from '../../../contract/policy.js';
import { listModelFiles, type ModelFiles } from '../model/model-files.js';
import { type Measured, measuredIn } from './measured.js';

export interface ModelReport {
  readonly files: ModelFiles;
  readonly name: string;
  /** Trained on made-up data; must not judge real posts. */
  readonly demonstration: boolean;
  /** Those of policy.json where there is one, which the container applies in place of the model's own. */
  readonly thresholds: Readonly<Record<string, number>>;
  /** Measured on the test set; where there is no such file, what the pack's manifest says. */
  readonly test: Measured;
  /** Measured on the validation set. */
  readonly validation: Measured;
  /** Absolute path of test_metrics.json, where there is one. */
  readonly testMetricsFile: string | undefined;
}

const TEST_METRICS = 'test_metrics.json';
const VALIDATION_REPORT = 'val_report.json';

/** Whatever a trainer wrote by name; {@link measuredIn} tells what can be shown. */
const reportSchema = z.record(z.string(), z.unknown());

/**
 * Reads the report of a pack or checkpoint.
 *
 * @param reportsFolder where test_metrics.json and val_report.json lie. Default: the model's folder
 * @throws ModerationError `invalid_configuration` with everything that is wrong with those files
 */
export function readModelReport(folder: string, reportsFolder = folder): ModelReport {
  const files = listModelFiles(folder);
  const findings = new Findings();
  const read = (name: string) =>
    readJsonSync(reportsFolder, name, reportSchema, findings, { nonFinite: 'null' });
  const test = read(TEST_METRICS) ?? files.manifest?.metrics ?? {};
  const validation = read(VALIDATION_REPORT) ?? {};
  const described =
    files.manifest === undefined ? fromCheckpoint(folder, findings) : fromManifest(files.manifest);
  const policy = fromPolicy(folder, findings);
  findings.raise(
    'invalid_configuration',
    `The model card of ${folder} cannot be made; correct these files, or leave governance out`,
  );
  const testMetricsFile = join(reportsFolder, TEST_METRICS);
  return {
    files,
    ...described,
    ...policy,
    test: measuredIn(test, 'test_metrics'),
    validation: measuredIn(validation, 'overall'),
    testMetricsFile: existsSync(testMetricsFile) ? testMetricsFile : undefined,
  };
}

/** Thresholds of all posts; a policy may have others for posts with a text or an image alone. */
function fromPolicy(folder: string, findings: Findings): Pick<ModelReport, 'thresholds'> | undefined {
  const policy = readJsonSync(folder, POLICY_FILE, policySchema, findings);
  if (policy === undefined) return undefined;
  const thresholds = Object.entries(policy.classes).map(([name, { threshold }]) => [name, threshold]);
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

function fromCheckpoint(folder: string, findings: Findings): Described {
  const config = readJsonSync(folder, 'inference_config.json', inferenceConfigSchema, findings);
  const labels = readJsonSync(folder, 'label_map.json', labelMapSchema, findings);
  const names = config?.class_names ?? labels ?? [];
  const stated = config?.thresholds ?? names.map(() => config?.threshold ?? DEFAULT_THRESHOLD);
  return {
    name: config?.encoder_name ?? 'checkpoint',
    demonstration: config?.demonstration ?? false,
    thresholds: Array.isArray(stated) ? byClass(names, stated) : stated,
  };
}

function byClass(names: readonly string[], values: readonly number[]): Record<string, number> {
  return Object.fromEntries(values.map((value, index) => [names[index] ?? String(index), value]));
}
