import { ModerationError } from '../../contract/errors.js';

export interface S3Location {
  readonly bucket: string;
  /** Empty, or ending in `/`. */
  readonly prefix: string;
}

/** Reads `s3://bucket/some/prefix`. @throws ModerationError `invalid_configuration` */
export function parseS3Location(uri: string): S3Location {
  const [, bucket, path = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(uri) ?? [];
  if (bucket === undefined) {
    throw new ModerationError(
      'invalid_configuration',
      `destination: got ${JSON.stringify(uri)}, expected s3://bucket or s3://bucket/prefix.`,
    );
  }
  const prefix = path.split('/').filter(Boolean).join('/');
  return { bucket, prefix: prefix && `${prefix}/` };
}
