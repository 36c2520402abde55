import type { S3Client } from '@aws-sdk/client-s3';
import { fail } from '../errors/failure.js';
import { type ObjectAddress, type ObjectStore, parseObjectUri, type S3ClientLike } from './object-store.js';

/** More than 10,000 slots with timings: a longer answer is none of ours. */
const MAX_OBJECT_BYTES = 64 * 1024 * 1024;

type S3Module = typeof import('@aws-sdk/client-s3');

/** Objects in S3, through the optional package `@aws-sdk/client-s3`, which is loaded at the first call. */
export class S3Store implements ObjectStore {
  readonly #region: string | undefined;
  readonly #given: S3ClientLike | undefined;
  #opened: Promise<{ s3: S3Module; client: S3Client }> | undefined;

  constructor({ region, client }: { region?: string | undefined; client?: S3ClientLike | undefined }) {
    this.#region = region;
    this.#given = client;
  }

  async put(uri: string, body: Uint8Array, options: Parameters<ObjectStore['put']>[2]): Promise<void> {
    const { s3, client } = await this.open();
    const { bucket: Bucket, key: Key } = addressOf(uri);
    const command = new s3.PutObjectCommand({ Bucket, Key, Body: body, ContentType: options.contentType });
    await client.send(command, { abortSignal: options.signal });
  }

  async get(uri: string, { signal }: { readonly signal: AbortSignal }): Promise<Uint8Array | undefined> {
    const { s3, client } = await this.open();
    const { bucket: Bucket, key: Key } = addressOf(uri);
    try {
      const { Body, ContentLength = 0 } = await client.send(new s3.GetObjectCommand({ Bucket, Key }), {
        abortSignal: signal,
      });
      if (ContentLength > MAX_OBJECT_BYTES) {
        fail('reply_invalid', `The answer has ${ContentLength} bytes; at most ${MAX_OBJECT_BYTES} are read.`);
      }
      return await Body?.transformToByteArray();
    } catch (error) {
      if (error instanceof Error && (error.name === 'NoSuchKey' || error.name === 'NotFound'))
        return undefined;
      throw error;
    }
  }

  /** Closes the client that this store opened, not one that was given. */
  close(): void {
    if (this.#given === undefined) {
      void this.#opened?.then(
        ({ client }) => client.destroy(),
        () => undefined,
      );
    }
  }

  /** Loads the package. @throws FailureSignal `package_missing` */
  open(): Promise<{ s3: S3Module; client: S3Client }> {
    this.#opened ??= load().then((s3) => ({
      s3,
      client:
        // The shape is all that a caller can name without the optional package.
        (this.#given as S3Client | undefined) ??
        new s3.S3Client(this.#region === undefined ? {} : { region: this.#region }),
    }));
    return this.#opened;
  }
}

async function load(): Promise<S3Module> {
  try {
    return await import('@aws-sdk/client-s3');
  } catch (cause) {
    const remedy = 'npm install @aws-sdk/client-s3, or give an ObjectStore';
    return fail('package_missing', `classifyAsync needs the package @aws-sdk/client-s3: ${remedy}.`, {
      cause,
    });
  }
}

function addressOf(uri: string): ObjectAddress {
  const address = parseObjectUri(uri);
  return address ?? fail('reply_invalid', 'SageMaker named a location that is no s3:// address.');
}
