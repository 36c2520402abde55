/** What an asynchronous endpoint needs of S3. */

export interface ObjectStore {
  /** Writes an object. `uri` is `s3://bucket/key`. */
  put(uri: string, body: Uint8Array, options: ObjectOptions): Promise<void>;
  /** Reads an object; undefined when it is not there (yet). */
  get(uri: string, options: Pick<ObjectOptions, 'signal'>): Promise<Uint8Array | undefined>;
}

export interface ObjectOptions {
  readonly contentType: string;
  readonly signal: AbortSignal;
}

/** An `S3Client` of `@aws-sdk/client-s3`, named by its shape because the package is optional. */
export interface S3ClientLike {
  send(...args: never[]): unknown;
  readonly config: object;
}

export interface ObjectAddress {
  readonly bucket: string;
  readonly key: string;
}

/** The parts of `s3://bucket/key`, or undefined for anything else. The key may be empty. */
export function parseObjectUri(uri: string): ObjectAddress | undefined {
  const [, bucket, key] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(uri) ?? [];
  return bucket === undefined ? undefined : { bucket, key: key ?? '' };
}
