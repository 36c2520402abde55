/** The app's settings: read from CDK context, checked as a whole. */
import { z } from 'zod';
import { PRECISIONS } from '../../checkpoint/manifest.js';
import { ModerationError } from '../../contract/errors.js';
import { HOSTING_KINDS } from '../../sagemaker/hosting-kind.js';
import { ROLLOUT_STRATEGIES } from '../constructs/hosting/rollout.js';

/** `cdk -c key=value` gives strings. */
const number = z.preprocess(
  (value) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value),
  z.number(),
);
const whole = number.pipe(z.int().nonnegative());
const flag = z.preprocess(
  (value) => (value === 'true' ? true : value === 'false' ? false : value),
  z.boolean(),
);
const text = z.string().min(1);
const list = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',').map((entry) => entry.trim()) : value),
  z.array(text),
);
/** An object in cdk.json; on the command line `NAME=value NAME=value`, or JSON where a value holds spaces. */
const BUILD_ARGS = { error: 'expected NAME=value NAME=value, or an object of strings' };
const assignments = z.preprocess(
  (value) => (typeof value === 'string' ? readAssignments(value) : value),
  z.record(z.string(), z.string(BUILD_ARGS), BUILD_ARGS),
);

export const appContextSchema = z.strictObject({
  /** Name of the stack. */
  stackName: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,127}$/)
    .default('Moderation'),
  hosting: z.enum([...HOSTING_KINDS, 'batch']).default('realtime'),
  /** Folder of a pack or checkpoint, `s3://bucket/…/` or `s3://bucket/….tar.gz`. */
  model: text.default('models/demo'),
  /** Content hash of a model in S3. */
  modelHash: z
    .string()
    .regex(/^[0-9a-f]{8,64}$/)
    .optional(),
  /** `project`, or an ECR URI with digest. */
  image: text.default('project'),
  /** Build arguments of the project's image. */
  buildArgs: assignments.optional(),
  /** Network of the build's commands: `host`, `none` or the name of one. */
  buildNetwork: text.optional(),
  /** As for `docker build --output`; `none` leaves it to the builder. */
  buildOutput: text.optional(),
  instanceType: text.optional(),
  /** 2 to 5 types by comma, in the order of preference, in place of `instanceType`. */
  instancePool: list.optional(),
  /** How long SageMaker looks for capacity. */
  provisionMinutes: whole.pipe(z.number().min(5).max(60)).optional(),
  instanceCount: whole.optional(),
  amiVersion: text.optional(),
  precision: z.enum(PRECISIONS).optional(),
  endpointName: text.optional(),
  /** Real-time and asynchronous. */
  minInstances: whole.optional(),
  maxInstances: whole.optional(),
  concurrentRequests: number.pipe(z.number().positive()).optional(),
  /** Real-time and asynchronous: off (the count is instanceCount), or paused (the count stays as it runs). */
  scaling: z.union([flag, z.literal('paused')]).optional(),
  /** Serverless and scale to zero, in MB. */
  memoryMb: whole.optional(),
  rollout: z.enum(ROLLOUT_STRATEGIES).optional(),
  /** Folder or S3 address of a second model that gets copies of the requests. */
  shadowModel: text.optional(),
  shadowHash: z
    .string()
    .regex(/^[0-9a-f]{8,64}$/)
    .optional(),
  /** E-mail address that alarms are sent to. */
  alarmEmail: z.email().optional(),
  /** ARN of the key for volumes, captured data, requests and topics. */
  encryptionKeyArn: z
    .string()
    .regex(/^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/)
    .optional(),
  networkIsolation: flag.optional(),
  dashboard: flag.optional(),
  /** What SageMaker publishes: from the container's `/metrics`, and for each instance. */
  detailedMetrics: flag.optional(),
  instanceMetrics: flag.optional(),
  /** How often, in seconds. */
  metricsIntervalS: whole.optional(),
  /** Share of requests to keep, in percent, in the bucket below. */
  capturePercent: whole.pipe(z.number().max(100)).optional(),
  captureBucket: text.optional(),
  /** What `moderate evaluate` wrote about the model; without it, or below the floors, nothing is deployed. */
  evaluationGate: text.optional(),
  /** Floors of the evaluation, 0 to 1. */
  minMacroF1: number.pipe(z.number().min(0).max(1)).optional(),
  minHarmfulRecall: number.pipe(z.number().min(0).max(1)).optional(),
  /** Whether posts for review have a queue. */
  reviewQueue: flag.optional(),
  /** The bus that clients put reviews on: `default`, `own` for a new one, or the name of one that exists. */
  reviewBus: z
    .string()
    .regex(/^[\w./-]{1,256}$/)
    .optional(),
  /** Bucket of batch transform. */
  batchBucket: text.optional(),
  /** Whether a model card and a model package are made. */
  governance: flag.default(false),
  /** Whom the cost is booked on: the tag `cost-center`. */
  costCenter: text.optional(),
  /** Whether the stack is compared with what stands, where AWS credentials are there. */
  checkDeployed: flag.default(true),
  /** Where to deploy; default: what the AWS CLI is set to, or anywhere. */
  account: z
    .string()
    .regex(/^\d{12}$/)
    .optional(),
  region: text.optional(),
});

export type AppContext = z.infer<typeof appContextSchema>;

type Setting = keyof AppContext;
type Kind = AppContext['hosting'];

const ENDPOINTS = [...HOSTING_KINDS] as const satisfies readonly Kind[];
const ON_INSTANCES = ['realtime', 'async', 'scale-to-zero'] as const satisfies readonly Kind[];

/** Which ways of hosting read a setting, where not all do. One that would be ignored is an error, not a surprise. */
const READ_BY: Partial<Record<Setting, readonly Kind[]>> = {
  instanceType: [...ON_INSTANCES, 'batch'],
  instanceCount: [...ON_INSTANCES, 'batch'],
  instancePool: ON_INSTANCES,
  provisionMinutes: ON_INSTANCES,
  amiVersion: ON_INSTANCES,
  endpointName: ENDPOINTS,
  minInstances: ['realtime', 'async'],
  maxInstances: ON_INSTANCES,
  concurrentRequests: ['realtime'],
  scaling: ['realtime', 'async'],
  memoryMb: ['serverless', 'scale-to-zero'],
  rollout: ['realtime', 'async'],
  shadowModel: ['realtime'],
  shadowHash: ['realtime'],
  alarmEmail: ENDPOINTS,
  networkIsolation: ENDPOINTS,
  dashboard: ENDPOINTS,
  detailedMetrics: ON_INSTANCES,
  instanceMetrics: ON_INSTANCES,
  metricsIntervalS: ON_INSTANCES,
  capturePercent: ON_INSTANCES,
  captureBucket: ON_INSTANCES,
  evaluationGate: ENDPOINTS,
  minMacroF1: ENDPOINTS,
  minHarmfulRecall: ENDPOINTS,
  reviewQueue: ENDPOINTS,
  reviewBus: ENDPOINTS,
  batchBucket: ['batch'],
  governance: ENDPOINTS,
};

/** Settings that mean nothing without another. */
const NEEDS: Partial<Record<Setting, Setting>> = {
  shadowHash: 'shadowModel',
  capturePercent: 'captureBucket',
  minMacroF1: 'evaluationGate',
  minHarmfulRecall: 'evaluationGate',
  reviewBus: 'reviewQueue',
};

/** Settings that only the build of the project's image reads. */
const OF_BUILDS = ['buildArgs', 'buildNetwork', 'buildOutput'] as const satisfies readonly Setting[];

function contradictions(settings: AppContext, given: readonly string[]): string[] {
  return given.flatMap((key) => {
    const kinds = READ_BY[key as Setting];
    const other = NEEDS[key as Setting];
    return [
      ...(kinds?.includes(settings.hosting) === false
        ? [`${key} is not read by hosting ${settings.hosting}; it is for ${kinds.join(', ')}`]
        : []),
      ...(other !== undefined && settings[other] === undefined
        ? [`${key} means nothing without ${other}`]
        : []),
      ...(settings.image !== 'project' && OF_BUILDS.includes(key as (typeof OF_BUILDS)[number])
        ? [`${key} means nothing with image ${settings.image}, which is not built here`]
        : []),
    ];
  });
}

/** Undoes what the schema's comment says; what cannot be read stays as it is, and the schema refuses it. */
function readAssignments(given: string): unknown {
  if (given.trimStart().startsWith('{')) {
    try {
      return JSON.parse(given);
    } catch {
      return given;
    }
  }
  const parts = given.split(/\s+/).filter(Boolean);
  if (parts.length === 0 || parts.some((part) => !/^\w+=/.test(part))) return given;
  return Object.fromEntries(
    parts.map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]),
  );
}

/** `-c instancePool=`: what cdk.json says does not hold for this run, so that a type may take the place of a pool. */
function isTakenBack(key: string, value: unknown): boolean {
  return value === '' && (key === 'instanceType' || key === 'instancePool');
}

/** Keys of CDK itself: feature flags, cached look-ups, bundling and tracing; what `cdk acknowledge` and `cli-telemetry` keep. */
const CDK_KEY = /^(?:@|aws:|aws-cdk:|cdk-)|:|^(?:acknowledged-issue-numbers|cli-telemetry)$/;

/** The app's own settings as they were given, without the keys of CDK. */
export function ownContext(context: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(context).filter(([key]) => !CDK_KEY.test(key)));
}

/**
 * Reads the settings out of the app's context.
 *
 * @throws ModerationError `invalid_configuration`, listing every unknown key and bad value
 */
export function parseAppContext(context: Readonly<Record<string, unknown>>): AppContext {
  const own = Object.fromEntries(
    Object.entries(ownContext(context)).filter((entry) => !isTakenBack(...entry)),
  );
  const result = appContextSchema.safeParse(own);
  const known = Object.keys(appContextSchema.shape);
  if (result.success) {
    const problems = contradictions(result.data, Object.keys(own));
    if (problems.length > 0) refuse(problems, known);
    return result.data;
  }
  const problems = result.error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => `${key} is no setting${suggest(key, known)}`);
    const key = String(issue.path[0]);
    return [`${key} is ${JSON.stringify(own[key])}: ${issue.message}`];
  });
  return refuse(problems, known);
}

function refuse(problems: readonly string[], known: readonly string[]): never {
  throw new ModerationError(
    'invalid_configuration',
    `Invalid context:\n- ${problems.join('\n- ')}\nSettings: ${known.join(', ')}.`,
  );
}

function suggest(key: string, known: readonly string[]): string {
  const close = known.find((name) => distance(name.toLowerCase(), key.toLowerCase()) <= 2);
  return close === undefined ? '' : `; did you mean ${close}?`;
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
