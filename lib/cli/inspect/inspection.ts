/** What `moderate inspect` tells, as data: `--json` prints it as it is. */
import type { Architecture } from '../../checkpoint/architecture.js';
import type { ValReport } from '../../checkpoint/config/reports.js';
import type { FileEntry, Manifest } from '../../checkpoint/manifest.js';
import type { ModelDescription } from '../../convert/describe.js';
import type { PullRecord } from '../../hub/pull-record.js';

export interface Inspection {
  /** `weights`: a safetensors file that is no classifier's. */
  readonly kind: 'checkpoint' | 'pack' | 'weights';
  /** Absolute path of what was inspected. */
  readonly path: string;
  readonly model: InspectedModel | null;
  readonly weights: WeightsSummary;
  /** Size and SHA-256 of each file; empty where they were not asked for. */
  readonly files: Readonly<Record<string, FileEntry>>;
  /** Identity of a pack, which every reply of the server carries. Null for checkpoints. */
  readonly packHash: string | null;
  /** Whether every file of a pack was read and has the hash that its manifest states. */
  readonly verified: boolean;
  /** Where the checkpoint was pulled from, if it was. */
  readonly source: Pick<PullRecord, 'hub' | 'checkpoint' | 'encoder'> | null;
  /** Published measurements that came with it: test_metrics.json. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Published measurements on the validation split: val_report.json. */
  readonly validation: ValReport | null;
  /** What no file states and was taken from defaults, one sentence each. */
  readonly inferred: readonly string[];
  /** Why it cannot be converted or served. */
  readonly problems: readonly string[];
}

/** The part of a manifest that says what is computed. For a checkpoint: what conversion would write. */
export interface InspectedModel
  extends Pick<Manifest, 'name' | 'demonstration' | 'family' | 'precision' | 'text' | 'image'> {
  readonly head: Manifest['head']['kind'];
  readonly classes: readonly { readonly name: string; readonly threshold: number }[];
  /** Every dimension of the encoders and the head. Null for a pack, whose graphs hold them. */
  readonly architecture: Architecture | null;
}

export interface WeightsSummary {
  readonly file: string;
  readonly bytes: number;
  readonly tensors: number;
  /** Elements of all tensors. */
  readonly parameters: number;
  /** Elements by dtype. */
  readonly dtypes: Readonly<Record<string, number>>;
  /** Elements by part of the model, where the parts are known. */
  readonly parts: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, string>>;
}

export function modelOf(manifest: ModelDescription, architecture: Architecture | null): InspectedModel {
  const { name, demonstration, family, precision, text, image, head, classNames, thresholds } = manifest;
  return {
    name,
    demonstration,
    family,
    precision,
    head: head.kind,
    classes: classNames.map((className, index) => ({ name: className, threshold: thresholds[index] ?? 0.5 })),
    text,
    image,
    architecture,
  };
}
