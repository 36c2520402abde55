/** What the request itself must hold, whatever the endpoint. */
import type { DeploymentConfig, TrafficRouting } from '../endpoint.js';
import { SOURCES } from '../sources.js';
import { ALL_AT_ONCE, UNGUARDED } from './remedies.js';
import { type Finding, type Update, when } from './rule.js';

/** Seconds. */
const MAX_WAIT = 3600;
const MIN_TIMEOUT = 600;
const MAX_TIMEOUT = 28_800;
/** Alarms that SageMaker reads at most. */
const MAX_ALARMS = 10;

export function policyRule({ wanted }: Update): readonly Finding[] {
  const { blueGreen, rolling } = wanted.deployment ?? {};
  return when(blueGreen !== undefined && rolling !== undefined, () => ({
    rule: 'one-policy',
    problem: 'A blue/green and a rolling policy are both given; SageMaker takes one.',
    remedy: ALL_AT_ONCE,
    source: SOURCES.deployment,
  }));
}

export function timeRules({ wanted }: Update): readonly Finding[] {
  const { deployment } = wanted;
  if (deployment === undefined) return [];
  const { waits, timeout, total } = times(deployment);
  const remedy = ALL_AT_ONCE;
  const source = deployment.rolling === undefined ? SOURCES.blueGreen : SOURCES.rolling;
  return [
    ...waits.flatMap(([name, seconds]) =>
      when(
        outside(seconds, 0, MAX_WAIT),
        (): Finding => ({
          rule: 'wait-range',
          problem: `${name} is ${seconds} s; expected 0 to ${MAX_WAIT} s.`,
          remedy,
          source,
        }),
      ),
    ),
    ...when(
      outside(timeout, MIN_TIMEOUT, MAX_TIMEOUT),
      (): Finding => ({
        rule: 'timeout-range',
        problem: `MaximumExecutionTimeoutInSeconds is ${timeout} s; expected ${MIN_TIMEOUT} to ${MAX_TIMEOUT} s.`,
        remedy,
        source,
      }),
    ),
    ...when(
      timeout !== undefined && total !== undefined && timeout <= total,
      (): Finding => ({
        rule: 'timeout-too-short',
        problem: `MaximumExecutionTimeoutInSeconds is ${timeout} s, and the update waits ${total} s on purpose; expected more than that.`,
        remedy,
        source,
      }),
    ),
  ];
}

/** Waits by name, the time limit, and all waiting; undefined where a number is not known. */
function times({ blueGreen, rolling }: DeploymentConfig): {
  readonly waits: readonly (readonly [string, number | undefined])[];
  readonly timeout: number | undefined;
  readonly total: number | undefined;
} {
  const wait = blueGreen?.routing.waitSeconds ?? rolling?.waitSeconds;
  const end = blueGreen?.terminationWaitSeconds;
  return {
    waits: [
      ['WaitIntervalInSeconds', wait],
      ['TerminationWaitInSeconds', end],
    ],
    timeout: blueGreen?.timeoutSeconds ?? rolling?.timeoutSeconds,
    total: wait === undefined ? undefined : steps(blueGreen?.routing) * wait + (end ?? 0),
  };
}

/** Shifts of traffic that are each waited for. */
function steps(routing: TrafficRouting | undefined): number {
  const size = routing?.type === 'LINEAR' ? routing.linearStepSize : undefined;
  return size?.type === 'CAPACITY_PERCENT' && size.value > 0 ? Math.ceil(100 / size.value) : 1;
}

function outside(value: number | undefined, min: number, max: number): boolean {
  return value !== undefined && !(value >= min && value <= max);
}

export function alarmRules({ wanted }: Update): readonly Finding[] {
  const { deployment } = wanted;
  if (deployment === undefined) return [];
  const { alarmCount, missingAlarms = [] } = deployment;
  return [
    ...when(
      alarmCount > MAX_ALARMS,
      (): Finding => ({
        rule: 'alarm-count',
        problem: `${alarmCount} alarms may undo an update; SageMaker reads ${MAX_ALARMS}.`,
        remedy: UNGUARDED,
        source: SOURCES.alarms,
      }),
    ),
    ...when(
      missingAlarms.length > 0,
      (): Finding => ({
        rule: 'alarm-missing',
        problem: `The update shall be undone by alarms that do not exist: ${missingAlarms.join(', ')}.`,
        remedy: {
          ...UNGUARDED,
          before: [`aws cloudwatch describe-alarms --alarm-names ${missingAlarms.join(' ')}`],
        },
        source: SOURCES.rollback,
      }),
    ),
  ];
}

export function retainedRule({ wanted }: Update): readonly Finding[] {
  return when(wanted.exceptRetained.includes('DataCaptureConfig'), () => ({
    rule: 'retained-properties',
    problem: 'DataCaptureConfig is excluded from the retained properties; SageMaker does not support that.',
    remedy: {},
    source: SOURCES.retained,
  }));
}
