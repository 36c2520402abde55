import { Findings } from '../findings.js';
import { type InferenceConfig, inferenceConfigSchema } from './inference-config.js';
import { labelMapSchema } from './label-map.js';
import { type ModelConfig, modelConfigSchema } from './model-config.js';
import { type PreprocessorConfig, preprocessorConfigSchema } from './preprocessor-config.js';
import { readJson } from './read-json.js';
import { testMetricsSchema, type ValReport, valReportSchema } from './reports.js';
import { type TokenizerConfig, tokenizerConfigSchema } from './tokenizer-config.js';

/** What the files beside the weights say, field names as in the files. A file that is not there is undefined. */
export interface CheckpointConfigs {
  /** config.json */
  readonly model?: ModelConfig | undefined;
  /** inference_config.json */
  readonly inference?: InferenceConfig | undefined;
  /** label_map.json: class names in the order of the logits */
  readonly labelMap?: readonly string[] | undefined;
  /** preprocessor_config.json */
  readonly preprocessor?: PreprocessorConfig | undefined;
  /** tokenizer_config.json */
  readonly tokenizer?: TokenizerConfig | undefined;
  /** test_metrics.json */
  readonly testMetrics?: Readonly<Record<string, number>> | undefined;
  /** val_report.json */
  readonly valReport?: ValReport | undefined;
}

/**
 * Reads the config files of a checkpoint. Each may be missing, and fields that are not known are ignored.
 *
 * @throws ModerationError `checkpoint_invalid`, with every bad field of every file
 */
export async function readConfigs(folder: string): Promise<CheckpointConfigs> {
  const findings = new Findings();
  const configs: CheckpointConfigs = {
    model: await readJson(folder, 'config.json', modelConfigSchema, findings),
    inference: await readJson(folder, 'inference_config.json', inferenceConfigSchema, findings),
    labelMap: await readJson(folder, 'label_map.json', labelMapSchema, findings),
    preprocessor: await readJson(folder, 'preprocessor_config.json', preprocessorConfigSchema, findings),
    tokenizer: await readJson(folder, 'tokenizer_config.json', tokenizerConfigSchema, findings),
    testMetrics: await readJson(folder, 'test_metrics.json', testMetricsSchema, findings, {
      nonFinite: 'null',
    }),
    valReport: await readJson(folder, 'val_report.json', valReportSchema, findings, { nonFinite: 'null' }),
  };
  findings.raise('checkpoint_invalid', `The config files of ${folder} cannot be used`);
  return configs;
}
