/** From the hub to a folder that can be converted: a classifier's checkpoint, and what it takes over from its encoder. */
import { mkdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { readConfigs } from '../checkpoint/config/configs.js';
import { WEIGHTS_FILE } from '../checkpoint/weights-file.js';
import { ModerationError } from '../contract/errors.js';
import {
  type CheckpointFiles,
  chooseCheckpointFiles,
  chooseEncoderFiles,
  isComplete,
} from './choose-files.js';
import { Hub, type HubOptions } from './connection.js';
import { download, holds, partialPath } from './download.js';
import { encoderOf } from './encoder-name.js';
import { DEFAULT_REPOSITORY } from './published.js';
import { type PullRecord, writePullRecord } from './pull-record.js';
import { parseReference } from './reference.js';
import { openRepository, type RemoteFile, type RemoteRepository } from './repository.js';

export interface PullOptions {
  /** `OWNER/NAME` of the classifier. Default: the published SigLIP fusion model. */
  readonly repository?: string | undefined;
  /** Branch, tag or commit of the classifier. Default: main. */
  readonly revision?: string | undefined;
  /**
   * `OWNER/NAME` or `OWNER/NAME@REVISION` of the encoder. Default: the one that inference_config.json names, else the
   * published one of the family.
   */
  readonly encoder?: string | undefined;
  /** Folder of the checkpoint; made when it is not there. */
  readonly out: string;
  readonly hub?: Omit<HubOptions, 'signal'>;
  /** Whether files of the folder with another content are replaced. Default: false. */
  readonly overwrite?: boolean;
  readonly onRepository?: (repository: RemoteRepository) => void;
  readonly onProgress?: (file: string, doneBytes: number, totalBytes: number) => void;
  readonly onFile?: (file: PulledFile) => void;
  /** Stops the work. What has arrived of a file stays, and the next call goes on from there. */
  readonly signal?: AbortSignal;
}

export interface PulledFile {
  readonly name: string;
  readonly bytes: number;
  /** `present`: the folder had it, with this content. */
  readonly state: 'downloaded' | 'present';
}

type Source = 'checkpoint' | 'encoder';

/**
 * Pulls a checkpoint. Every file is checked against the hub's hash before it gets its name. The weights come last, so a
 * folder that has them is complete; a wrong encoder or a refusal is told before they are downloaded.
 *
 * @throws ModerationError `invalid_configuration` when the hub refuses or stays out of reach, or when the folder holds
 * other files of these names; `checkpoint_invalid` when the repository holds no usable checkpoint, or its files arrive
 * altered; `resource_exhausted` when the disk is full
 */
export async function pull(options: PullOptions): Promise<PullRecord> {
  const { out, signal } = options;
  const hub = new Hub({ ...options.hub, signal });
  const repository = await openRepository(
    hub,
    parseReference(options.repository ?? DEFAULT_REPOSITORY, options.revision),
  );
  options.onRepository?.(repository);
  const chosen = chooseCheckpointFiles(repository);
  await mkdir(out, { recursive: true });
  const folder = new PulledFolder(hub, options);
  await folder.refuseOthers([...chosen.others, { ...chosen.weights, name: WEIGHTS_FILE }]);

  for (const file of chosen.others) await folder.place(repository, file, 'checkpoint');
  const encoder = await pullEncoder(hub, repository, chosen, folder, options);
  await folder.place(repository, chosen.weights, 'checkpoint', WEIGHTS_FILE);

  const record: PullRecord = {
    format: 1,
    hub: hub.url,
    checkpoint: sourceOf(repository),
    encoder: encoder === undefined ? null : sourceOf(encoder),
    files: folder.files,
  };
  await writePullRecord(out, record);
  return record;
}

async function pullEncoder(
  hub: Hub,
  { repository }: RemoteRepository,
  chosen: CheckpointFiles,
  folder: PulledFolder,
  { out, encoder: named, onRepository }: PullOptions,
): Promise<RemoteRepository | undefined> {
  if (named === undefined && isComplete(chosen)) return undefined;
  const reference = parseReference(named ?? encoderOf(repository, await readConfigs(out)));
  const encoder = await openRepository(hub, reference);
  onRepository?.(encoder);
  const files = chooseEncoderFiles(encoder, new Set(chosen.others.map(({ name }) => name)));
  await folder.refuseOthers(files);
  for (const file of files) await folder.place(encoder, file, 'encoder');
  return encoder;
}

function sourceOf({ repository, revision, commit }: RemoteRepository): PullRecord['checkpoint'] {
  return { repository, revision, commit };
}

/** The folder that is filled, and the record of what was put there. */
class PulledFolder {
  readonly files: PullRecord['files'] = {};
  readonly #present = new Set<string>();

  constructor(
    private readonly hub: Hub,
    private readonly options: PullOptions,
  ) {}

  /** Finds out which files are there already. Those with another content are somebody's, unless told otherwise. */
  async refuseOthers(files: readonly RemoteFile[]): Promise<void> {
    const { out, overwrite = false, signal } = this.options;
    const others: string[] = [];
    for (const file of files) {
      const path = join(out, file.name);
      if (await holds(path, file, signal)) this.#present.add(file.name);
      else if (await exists(path)) others.push(file.name);
    }
    if (others.length === 0 || overwrite) return;
    throw new ModerationError(
      'invalid_configuration',
      `${out} holds ${others.join(', ')} with another content than the repository at this revision. Name another folder, ` +
        'name the revision that was pulled with --revision (pull.json has it), or replace the files with --overwrite.',
    );
  }

  async place(repository: RemoteRepository, file: RemoteFile, from: Source, name = file.name): Promise<void> {
    const { out, onFile, onProgress } = this.options;
    const { bytes, digest } = file;
    const path = join(out, name);
    const present = this.#present.has(name);
    if (!present) {
      await refuseFullDisk(out, await bytesLeft(path, file));
      await download(this.hub, repository, file, path, {
        onProgress: (done) => onProgress?.(name, done, bytes),
      });
    }
    this.files[name] = { from, bytes, digest };
    onFile?.({ name, bytes, state: present ? 'present' : 'downloaded' });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function bytesLeft(path: string, file: RemoteFile): Promise<number> {
  const begun = await stat(partialPath(path, file)).catch(() => undefined);
  return file.bytes - (begun?.size ?? 0);
}

async function refuseFullDisk(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bytes <= bavail * bsize) return;
  throw new ModerationError(
    'resource_exhausted',
    `${folder} has room for ${bavail * bsize} bytes; ${bytes} are still to come. Free some, or name a folder elsewhere.`,
  );
}
