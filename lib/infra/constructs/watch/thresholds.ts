/** From when on a value is worth waking somebody: one table, from which the alarms and docs/deploy.md are made. */
export interface ThresholdDefinition {
  readonly default: number;
  readonly unit: 'count' | 'ms' | '%' | 's';
  readonly reason: string;
}

const define = <const T extends Record<string, ThresholdDefinition>>(definitions: T): T => definitions;

export const THRESHOLDS = define({
  serverErrors: {
    default: 5,
    unit: 'count',
    reason: 'Answers with 5xx in five minutes. A single one may be a replaced worker; five are not.',
  },
  modelErrors: {
    default: 5,
    unit: 'count',
    reason: 'Requests that a container did not answer at all, in five minutes: timeouts, closed sockets.',
  },
  clientErrorShare: {
    default: 20,
    unit: '%',
    reason: 'Share of 4xx over fifteen minutes, from 20 requests on: a caller was deployed with a defect.',
  },
  modelLatencyMs: {
    default: 5000,
    unit: 'ms',
    reason: 'p99 of the time in the container, three times in five minutes. SageMaker gives up after 60 s.',
  },
  overheadLatencyMs: {
    default: 1000,
    unit: 'ms',
    reason: "p99 of SageMaker's own part: large bodies, or too few connections.",
  },
  refusals: {
    default: 10,
    unit: 'count',
    reason: 'Requests refused with 429 in five minutes, because queues were full: more instances are needed.',
  },
  gpuUtilization: {
    default: 90,
    unit: '%',
    reason: 'Of one GPU, for fifteen minutes: scaling has reached its end.',
  },
  gpuMemory: { default: 90, unit: '%', reason: 'Of one GPU: the next larger batch may not fit.' },
  cpuUtilization: {
    default: 90,
    unit: '%',
    reason: 'Of all processors, for fifteen minutes: on GPU types, decoding images is the bottleneck then.',
  },
  memoryUtilization: {
    default: 85,
    unit: '%',
    reason:
      'Of main memory, for fifteen minutes: beyond it the container is killed. Scale to zero: of what is reserved.',
  },
  diskUtilization: {
    default: 75,
    unit: '%',
    reason: 'With data capture, which stops without a word when the disk fills.',
  },
  backlogAgeS: {
    default: 900,
    unit: 's',
    reason:
      'Asynchronous: how long the oldest request has waited. An instance takes about ten minutes to start.',
  },
  asyncFailures: {
    default: 1,
    unit: 'count',
    reason: 'Asynchronous: requests that failed, in five minutes.',
  },
  noCapacityFailures: {
    default: 100,
    unit: 'count',
    reason: 'Scale to zero: calls that found no copy, in fifteen minutes. The first few are how it wakes up.',
  },
  reviewAgeS: {
    default: 86_400,
    unit: 's',
    reason: 'How long the oldest post has waited for a person. SQS deletes it after 14 days.',
  },
  reviewDeadLetters: {
    default: 1,
    unit: 'count',
    reason: 'Posts for review that were not delivered, or read in vain: nobody sees them otherwise.',
  },
});

export type ThresholdName = keyof typeof THRESHOLDS;
export type Thresholds = Readonly<Record<ThresholdName, number>>;

/** The defaults, some replaced. */
export function fillThresholds(overrides: Partial<Thresholds>): Thresholds {
  const entries = Object.entries(THRESHOLDS).map(([name, definition]) => [
    name,
    overrides[name as ThresholdName] ?? definition.default,
  ]);
  return Object.fromEntries(entries) as Thresholds;
}
