/**
 * Where SageMaker is known to offer, or to refuse, what not every region has. AWS opens regions without notice, so these are
 * reasons to look first, never to refuse: a list may be older than the region's offer.
 */
import type { HostingKind } from './hosting-kind.js';

interface Offer {
  readonly what: string;
  /** Whether the region is among those that are known to have it. */
  readonly known: (region: string) => boolean;
  readonly why: string;
}

/** Twenty-one regions, as AWS's guide names them under "Serverless Inference" (November 2026). */
export const SERVERLESS_REGIONS: readonly string[] = [
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
  'af-south-1',
  'ap-east-1',
  'ap-south-1',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-southeast-1',
  'ap-southeast-2',
  'ca-central-1',
  'eu-central-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'eu-north-1',
  'eu-south-1',
  'me-south-1',
  'sa-east-1',
];

/** Sixteen regions, as AWS's examples of instance pools name them (May 2026). */
export const INSTANCE_POOL_REGIONS: readonly string[] = [
  'us-east-1',
  'us-east-2',
  'us-west-2',
  'ap-south-1',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-southeast-3',
  'ca-central-1',
  'eu-central-1',
  'eu-central-2',
  'eu-north-1',
  'eu-west-1',
  'eu-west-2',
  'sa-east-1',
];

/**
 * Sixteen regions in which CloudFormation knows both endpoints and inference components, without which nothing scales to
 * zero (its resource types of October 2026). In eu-west-3, which lacks them, a `MinInstanceCount` of 0 was refused as well.
 */
export const SCALE_TO_ZERO_REGIONS: readonly string[] = [
  'us-east-1',
  'us-east-2',
  'us-west-2',
  'ap-south-1',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-southeast-3',
  'ca-central-1',
  'eu-central-1',
  'eu-north-1',
  'eu-west-1',
  'eu-west-2',
  'eusc-de-east-1',
  'sa-east-1',
];

const SERVERLESS: Offer = {
  what: 'serverless hosting',
  known: (region) => SERVERLESS_REGIONS.includes(region),
  why: "AWS's guide does not name it (November 2026)",
};
const POOLS: Offer = {
  what: 'instance pools',
  known: (region) => INSTANCE_POOL_REGIONS.includes(region),
  why: "AWS's examples do not name it (May 2026)",
};
const SCALE_TO_ZERO: Offer = {
  what: 'scaling to zero instances',
  known: (region) => SCALE_TO_ZERO_REGIONS.includes(region),
  why: 'CloudFormation did not know inference components there (October 2026)',
};

/** What a hosting needs that the region may lack, a sentence each; nothing, where none is doubted. */
export function regionDoubts(region: string, kind: HostingKind, pool: boolean): readonly string[] {
  const needed = [
    ...(kind === 'serverless' ? [SERVERLESS] : []),
    ...(kind === 'scale-to-zero' ? [SCALE_TO_ZERO] : []),
    ...(pool ? [POOLS] : []),
  ];
  return needed
    .filter(({ known }) => !known(region))
    .map(
      ({ what, why }) =>
        `${region} may not offer ${what}: ${why}. Where it does not, the deployment fails and nothing is billed; take another region or hosting.`,
    );
}
