/** All rules on the options of an endpoint that can be judged at synthesis. */
import { Token } from 'aws-cdk-lib/core';
import { instanceFacts } from '../../sagemaker/instance-types.js';
import { SERVERLESS } from '../../sagemaker/serverless.js';
import { targetFor } from './container/target-for.js';
import {
  fillInstances,
  type Hosting,
  instanceTypesOf,
  PRIMARY_VARIANT,
  type RealtimeHosting,
  type ServerlessHosting,
  variantInstances,
} from './hosting/hosting.js';
import { DEFAULT_SERVERLESS_MEMORY_MB } from './hosting/production-variant.js';
import { rolloutRules } from './hosting/rollout.js';
import { minimums } from './hosting/scaling-options.js';
import { burstableRules, countRules, scalingRules } from './hosting/scaling-rules.js';
import { instanceRules } from './instance-rules.js';
import type { ModerationEndpointProps } from './moderation-endpoint-props.js';
import type { ReviewQueueOptions } from './review/review-options.js';
import { fails, lasting, type Rule, within } from './rules.js';
import { decidable, least } from './tokens.js';
import { publishedMetricsRules } from './watch/published-metrics.js';
import { THRESHOLDS } from './watch/thresholds.js';

const NAME = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/;

export function endpointRules(props: ModerationEndpointProps, hosting: Hosting): Rule[] {
  return [
    {
      broken: fails(props.endpointName, (name) => NAME.test(name)),
      problem: `endpointName is ${JSON.stringify(props.endpointName)}; expected 1 to 63 letters, digits and hyphens.`,
    },
    within('dataCapture.samplingPercent', props.dataCapture?.samplingPercent, 0, 100, 'percent'),
    ...reviewRules(props.review?.queue || {}),
    ...Object.keys(props.watch?.thresholds ?? {}).map((name) => ({
      broken: !(name in THRESHOLDS),
      problem: `watch.thresholds.${name} does not exist; expected one of ${Object.keys(THRESHOLDS).join(', ')}.`,
    })),
    ...publishedMetricsRules(props.watch?.metrics ?? {}),
    ...(hosting.kind === 'serverless'
      ? serverlessRules(props, hosting)
      : [...instanceRules(props, hosting), ...updateRules(props, hosting)]),
    ...(hosting.kind === 'realtime' ? realtimeRules(props, hosting) : []),
    ...(hosting.kind === 'async'
      ? [
          ...burstableRules(instanceTypesOf(hosting)),
          within('minInstances', hosting.minInstances, 0, 1000, 'instances'),
          within(
            'maxInstances',
            hosting.maxInstances,
            Math.max(1, least([hosting.minInstances ?? 0]) ?? 0),
            1000,
            'instances',
          ),
          within(
            'maxConcurrentInvocationsPerInstance',
            hosting.maxConcurrentInvocationsPerInstance,
            1,
            1000,
            'requests',
          ),
        ]
      : []),
    ...(hosting.kind === 'scale-to-zero'
      ? [
          within('maxCopies', hosting.maxCopies, 1, 1000, 'copies'),
          within('memoryMb', hosting.memoryMb, 128, 4_000_000, 'MB'),
        ]
      : []),
  ];
}

/**
 * Instances to count on when an update begins, of the smallest variant: traffic shifts in all of them alike. Undefined
 * where that is known only at deployment.
 */
export function fleetSize(hosting: Hosting): number | undefined {
  switch (hosting.kind) {
    case 'realtime': {
      const counts = [hosting, ...variantInstances(hosting).map(({ instances }) => instances)].map(
        ({ instanceCount = 1 }) => instanceCount,
      );
      const { scaling = {} } = hosting;
      return least(counts.flatMap((count) => (scaling === false ? count : minimums(scaling, count))));
    }
    case 'async':
      return least([hosting.minInstances ?? 0]);
    default:
      return 1;
  }
}

function reviewRules({ retention, visibilityTimeout, maxReceives }: ReviewQueueOptions): Rule[] {
  return [
    lasting('review.queue.retention', retention, 60, 14 * 86_400),
    lasting('review.queue.visibilityTimeout', visibilityTimeout, 0, 12 * 3600),
    within('review.queue.maxReceives', maxReceives, 1, 1000, 'times'),
  ];
}

function updateRules(
  { rollout }: ModerationEndpointProps,
  hosting: Exclude<Hosting, ServerlessHosting>,
): Rule[] {
  if (hosting.kind === 'scale-to-zero') {
    return [
      {
        broken: rollout !== undefined,
        problem:
          'rollout is for real-time and asynchronous hosting; an inference component rolls copy by copy.',
      },
    ];
  }
  const variants = hosting.kind === 'realtime' ? 1 + (hosting.variants?.length ?? 0) : 1;
  const alarms = 2 * variants + (rollout?.alarms?.length ?? 0);
  const { provisionSeconds } = fillInstances(hosting);
  return rolloutRules(rollout ?? {}, fleetSize(hosting), alarms, provisionSeconds);
}

function realtimeRules(props: ModerationEndpointProps, hosting: RealtimeHosting): Rule[] {
  const { variants = [], shadow } = hosting;
  const names = [
    PRIMARY_VARIANT,
    ...[...variants, ...(shadow ? [{ name: 'Shadow', ...shadow }] : [])].map(({ name }) =>
      decidable('the name of a variant', name, 'resources are called by it; give a text'),
    ),
  ];
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  return [
    ...scalingRules(hosting.scaling ?? {}, hosting.instanceCount ?? 1),
    ...(hosting.scaling === false
      ? []
      : burstableRules([
          ...instanceTypesOf(hosting),
          ...variantInstances(hosting).flatMap(({ instances }) => instances.instanceTypes),
        ])),
    ...variantInstances(hosting).flatMap(({ name, instances }) =>
      countRules(hosting.scaling ?? {}, instances.instanceCount, `instanceCount of the variant ${name}`),
    ),
    {
      broken: repeated.length > 0,
      problem: `variants share the name ${JSON.stringify(repeated[0])}; each needs its own.`,
    },
    {
      broken: shadow !== undefined && variants.length > 0,
      problem: 'shadow and variants are both given; SageMaker shadows an endpoint of one variant only.',
    },
    {
      broken: fails(shadow?.share, (share) => share > 0 && share <= 1),
      problem: `shadow.share is ${shadow?.share}; expected a number above 0, up to 1.`,
    },
    ...[...variants, ...(shadow ? [shadow] : [])].flatMap(({ instanceType }) => {
      if (instanceType === undefined) return [];
      const facts = instanceFacts(instanceType);
      const same = targetFor(facts) === targetFor(instanceFacts(instanceTypesOf(hosting)[0]));
      return [
        {
          broken: Token.isUnresolved(instanceType) && props.image.target !== 'cpu',
          problem:
            "a variant's instanceType is known only at deployment, so neither the image's target nor the machine image of a GPU can follow it; use an image whose target is cpu, or give the type.",
        },
        {
          broken: fails(instanceType, () => facts !== undefined),
          problem: `a variant's instanceType is ${JSON.stringify(instanceType)}; expected ml.FAMILY.SIZE.`,
        },
        {
          broken: facts !== undefined && props.image.target !== undefined && !same,
          problem: `a variant on ${instanceType} needs another image target than the primary's; let the image choose its target.`,
        },
      ];
    }),
  ];
}

function serverlessRules(props: ModerationEndpointProps, hosting: ServerlessHosting): Rule[] {
  const { memoryMb = DEFAULT_SERVERLESS_MEMORY_MB, maxConcurrency, provisionedConcurrency } = hosting;
  const { networkIsolation, vpc } = props.security ?? {};
  const refused = (name: string, given: boolean): Rule => ({
    broken: given,
    problem: `${name} is given; serverless hosting does not support it. Leave it out, or use real-time hosting.`,
  });
  return [
    {
      broken: fails(memoryMb, (known) => SERVERLESS.memoryMb.some((size) => size === known)),
      problem: `memoryMb is ${memoryMb}; expected one of ${SERVERLESS.memoryMb.join(', ')}.`,
    },
    within('maxConcurrency', maxConcurrency, 1, 200, 'requests'),
    within(
      'provisionedConcurrency',
      provisionedConcurrency,
      1,
      least([maxConcurrency ?? 5]) ?? 200,
      'requests',
    ),
    {
      broken: props.image.target === 'gpu',
      problem:
        "the image's target is gpu; serverless hosting has no GPU. Use the target cpu and an int8 pack.",
    },
    refused('security.vpc', vpc !== undefined),
    refused('security.networkIsolation', networkIsolation === true),
    refused('dataCapture', props.dataCapture !== undefined),
    refused('watch.metrics', props.watch?.metrics !== undefined),
    refused('rollout', props.rollout !== undefined),
  ];
}
