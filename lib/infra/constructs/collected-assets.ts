/**
 * What `cdk gc` would delete though an endpoint uses it. It empties the bucket and the repository of `cdk bootstrap`: of
 * files whose key, up to its first dot, stands in no template that is deployed, and of images none of whose tags does.
 */
import { Annotations, Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

const BOOTSTRAP_BUCKET = /^cdk-[a-z0-9]{1,10}-assets-/;
const BOOTSTRAP_REPOSITORY = /^cdk-[a-z0-9]{1,10}-container-assets-/;

/** A prefix that the template names holds files that it does not name, unless the prefix itself has a dot. */
export function warnOfPrefix(scope: IConstruct, bucketName: string, prefix: string): void {
  if (Token.isUnresolved(bucketName) || Token.isUnresolved(prefix)) return;
  if (!BOOTSTRAP_BUCKET.test(bucketName) || prefix.includes('.')) return;
  warn(
    scope,
    'model',
    `The model s3://${bucketName}/${prefix} lies in a bucket of cdk bootstrap, and cdk gc deletes what no template ` +
      'names: its files, by their names. Move it to another bucket.',
  );
}

/** An image that is named by its digest has tags that no template names. */
export function warnOfImage(scope: IConstruct, repositoryName: string): void {
  if (Token.isUnresolved(repositoryName) || !BOOTSTRAP_REPOSITORY.test(repositoryName)) return;
  warn(
    scope,
    'image',
    `The image lies in ${repositoryName}, a repository of cdk bootstrap, and cdk gc deletes images whose tag no ` +
      'template names. Push it to another repository.',
  );
}

/** The collector does not fill in what CloudFormation does. */
export function warnOfPlaceholders(scope: IConstruct, key: string): void {
  warn(
    scope,
    'placeholders',
    `The synthesizer's bucketPrefix gives the model's files keys such as ${key}. cdk gc does not fill in account and ` +
      "region, so it would delete them while the endpoint stands: give the stack's env, or a prefix without placeholders.",
  );
}

function warn(scope: IConstruct, what: string, text: string): void {
  Annotations.of(scope).addWarningV2(`moderation:collected-${what}`, text);
}
