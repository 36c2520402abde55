/** The name of an endpoint whose user gave none. */
import { Names } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { type HostingKind, KIND_SUFFIXES } from '../../sagemaker/hosting-kind.js';

/** SageMaker allows 63 characters: room for the suffix, and for what an inference component adds. */
const MAX_PATH = 50;

/** The same in each deployment, and another one for each kind of hosting. */
export function defaultEndpointName(scope: Construct, kind: HostingKind): string {
  const path = Names.uniqueResourceName(scope, { maxLength: MAX_PATH, separator: '-' });
  return `${path}${KIND_SUFFIXES[kind]}`;
}
