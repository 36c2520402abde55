/** A model pack into S3, in either form that SageMaker takes. */
import { createReadStream } from 'node:fs';
import { HeadObjectCommand, type PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { MANIFEST_FILE } from '../../checkpoint/manifest.js';
import type { Pack } from '../../checkpoint/pack/pack.js';
import type { PolicyFile } from '../../checkpoint/policy/policy-file.js';
import { POLICY_FILE } from '../../contract/policy.js';
import { archivePack, filesOf } from './archive.js';
import type { S3Location } from './s3-location.js';

export const PACKAGINGS = ['tar', 'files'] as const;
/**
 * `tar`: one model.tar.gz, which every kind of endpoint takes. `files`: the files under a prefix, which starts faster
 * but serves neither batch transform nor serverless endpoints.
 */
export type Packaging = (typeof PACKAGINGS)[number];

export interface UploadOptions {
  readonly as: Packaging;
  /** What goes beside the pack's files as its policy. @default nothing */
  readonly policy?: PolicyFile | undefined;
  /** Default: a client with the environment's region and credentials. */
  readonly client?: S3Client;
  /** How much of the pack has been sent. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal;
}

export interface Uploaded {
  /** ModelDataUrl: the object's for `tar`; the prefix's, ending in `/`, for `files`. */
  readonly uri: string;
  /** False when the same pack was there already. */
  readonly sent: boolean;
}

/** Digits of a hash in the key: two packs never share a key, and a new pack is a new model to CloudFormation. */
const KEY_DIGITS = 16;
/** Parts of this size reach 160 GB within S3's 10,000 parts; four are in memory at a time. */
const PART_BYTES = 16 * 1024 * 1024;

/**
 * Uploads a pack whose hashes have been verified. S3 checks the SHA-256 of every object or part; what fails or is
 * aborted leaves no object behind but whole files. A pack that is there already is not sent again.
 */
export async function uploadPack(pack: Pack, to: S3Location, options: UploadOptions): Promise<Uploaded> {
  const client = options.client ?? new S3Client({});
  const folder = `${to.prefix}${keyOf(pack, options.policy)}/`;
  const [last, uri] =
    options.as === 'tar'
      ? [`${folder}model.tar.gz`, `${folder}model.tar.gz`]
      : [`${folder}pack/${MANIFEST_FILE}`, `${folder}pack/`];
  const uploaded = { uri: `s3://${to.bucket}/${uri}` };
  try {
    if (await exists(client, to.bucket, last)) return { ...uploaded, sent: false };
    if (options.as === 'tar') await sendArchive(client, { Bucket: to.bucket, Key: last }, pack, options);
    else await sendFiles(client, { Bucket: to.bucket, Key: uri }, pack, options);
    return { ...uploaded, sent: true };
  } catch (cause) {
    options.signal?.throwIfAborted();
    throw new Error(`The upload to ${uploaded.uri} failed: ${(cause as Error).message}`, { cause });
  } finally {
    if (options.client === undefined) client.destroy();
  }
}

/** Another policy is another model to CloudFormation, too. */
function keyOf(pack: Pack, policy: PolicyFile | undefined): string {
  const hash = pack.hash.slice(0, KEY_DIGITS);
  return policy === undefined ? hash : `${hash}-${policy.sha256.slice(0, KEY_DIGITS)}`;
}

type Target = Pick<PutObjectCommandInput, 'Bucket' | 'Key'>;

async function sendArchive(
  client: S3Client,
  target: Target,
  pack: Pack,
  options: UploadOptions,
): Promise<void> {
  const body = archivePack(pack, options);
  try {
    await send(client, { ...target, Body: body, ContentType: 'application/gzip' }, options.signal);
  } finally {
    body.destroy();
  }
}

/** The manifest goes last: a prefix with a manifest is complete. */
async function sendFiles(
  client: S3Client,
  target: Target,
  pack: Pack,
  options: UploadOptions,
): Promise<void> {
  const { files } = pack.manifest;
  if (options.policy !== undefined) {
    const { bytes: Body, sha256 } = options.policy;
    const object = { Bucket: target.Bucket, Key: `${target.Key}${POLICY_FILE}`, Body, Metadata: { sha256 } };
    await send(client, object, options.signal);
  }
  const total = Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0);
  let before = 0;
  for (const name of [...filesOf(pack).filter((file) => file !== MANIFEST_FILE), MANIFEST_FILE]) {
    const { bytes = 0, sha256 } = files[name] ?? {};
    const object = {
      Bucket: target.Bucket,
      Key: `${target.Key}${name}`,
      Body: createReadStream(`${pack.folder}/${name}`),
      ...(sha256 !== undefined && { Metadata: { sha256 } }),
    };
    await send(client, object, options.signal, (sent) => options.onProgress?.(before + sent, total));
    before += bytes;
  }
}

async function send(
  client: S3Client,
  object: PutObjectCommandInput,
  signal: AbortSignal | undefined,
  onSent?: (bytes: number) => void,
): Promise<void> {
  signal?.throwIfAborted();
  const upload = new Upload({
    client,
    params: { ...object, ChecksumAlgorithm: 'SHA256' },
    partSize: PART_BYTES,
    queueSize: 4,
  });
  upload.on('httpUploadProgress', ({ loaded = 0 }) => onSent?.(loaded));
  const abort = () => void upload.abort();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    await upload.done();
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** S3 answers 403, not 404, to those who may not list the bucket. */
async function exists(client: S3Client, bucket: string, key: string): Promise<boolean> {
  try {
    await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return true;
  } catch (error) {
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    if (status === 404 || status === 403) return false;
    throw error;
  }
}
