import { quote } from '../checkpoint/findings.js';
import { pickleError } from '../checkpoint/safetensors/file.js';
import { WEIGHTS_FILE } from '../checkpoint/weights-file.js';
import { ModerationError } from '../contract/errors.js';
import type { RemoteFile, RemoteRepository } from './repository.js';

/** What the original's training writes beside the weights. */
const CONFIG_FILES = [
  'config.json',
  'inference_config.json',
  'label_map.json',
  'test_metrics.json',
  'val_report.json',
];
const TOKENIZER_FILE = 'tokenizer.json';
/** What a classifier takes over from its encoder, unless it comes with its own. */
const ENCODER_FILES = [
  TOKENIZER_FILE,
  'tokenizer_config.json',
  'special_tokens_map.json',
  'preprocessor_config.json',
];

/** The largest of these files is the tokenizer of SigLIP2 with 34 MB. */
const MAX_SMALL_FILE_BYTES = 128 * 1024 * 1024;

export interface CheckpointFiles {
  readonly weights: RemoteFile;
  readonly others: readonly RemoteFile[];
}

/**
 * The files of a classifier's repository that are worth a download: safetensors and JSON, never code, never pickles.
 *
 * @throws ModerationError `checkpoint_invalid` when it has no weights in one safetensors file
 */
export function chooseCheckpointFiles(repository: RemoteRepository): CheckpointFiles {
  const weights = chooseWeights(repository);
  return { weights, others: pick(repository, [...CONFIG_FILES, ...ENCODER_FILES]) };
}

/**
 * The files that the encoder's repository has and the classifier's lacks.
 *
 * @throws ModerationError `checkpoint_invalid` when neither has a tokenizer.json
 */
export function chooseEncoderFiles(
  encoder: RemoteRepository,
  present: ReadonlySet<string>,
): readonly RemoteFile[] {
  const wanted = ['config.json', ...ENCODER_FILES].filter((name) => !present.has(name));
  if (wanted.includes(TOKENIZER_FILE) && !encoder.files.has(TOKENIZER_FILE)) {
    throw new ModerationError(
      'checkpoint_invalid',
      `${encoder.repository} has no ${TOKENIZER_FILE}; it holds ${quote([...encoder.files.keys()])}. Name the encoder ` +
        'that the classifier was trained from with --encoder.',
    );
  }
  return pick(encoder, wanted);
}

/** Whether the classifier's own repository has all that its encoder's would be asked for. */
export function isComplete({ others }: CheckpointFiles): boolean {
  const names = new Set(others.map(({ name }) => name));
  return [TOKENIZER_FILE, 'tokenizer_config.json', 'preprocessor_config.json', 'config.json'].every((name) =>
    names.has(name),
  );
}

function chooseWeights({ repository, files }: RemoteRepository): RemoteFile {
  const candidates = [...files.keys()].filter((name) => name.endsWith('.safetensors'));
  const [only, ...others] = candidates;
  const chosen =
    files.get(WEIGHTS_FILE) ?? (others.length === 0 && only !== undefined ? files.get(only) : undefined);
  if (chosen !== undefined) return chosen;
  const pickle = [...files.keys()].find((name) => /\.(?:bin|pt|pth|ckpt|pkl)$/.test(name));
  if (only === undefined && pickle !== undefined) throw pickleError(`${repository}: ${pickle}`);
  throw new ModerationError(
    'checkpoint_invalid',
    only === undefined
      ? `${repository} has no ${WEIGHTS_FILE} at its root; it holds ${quote([...files.keys()])}.`
      : `${repository} has its weights in ${candidates.length} files (${candidates.slice(0, 3).join(', ')}, …); only one ` +
          `${WEIGHTS_FILE} is read.`,
  );
}

function pick({ repository, files }: RemoteRepository, names: readonly string[]): RemoteFile[] {
  const picked = names.flatMap((name) => files.get(name) ?? []);
  for (const { name, bytes } of picked) {
    if (bytes <= MAX_SMALL_FILE_BYTES) continue;
    throw new ModerationError(
      'checkpoint_invalid',
      `${repository}: ${name} has ${bytes} bytes; at most ${MAX_SMALL_FILE_BYTES} are expected of such a file.`,
    );
  }
  return picked;
}
