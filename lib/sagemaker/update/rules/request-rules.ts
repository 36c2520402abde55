/** What the request itself must hold, whatever the endpoint. */
import type { DeploymentConfig, Refusal, TrafficRouting } from '../endpoint.js';
import { SOURCES } from '../sources.js';
import { type Update, when } from './rule.js';

/** Seconds. */
const MAX_WAIT = 3600;
const MIN_TIMEOUT = 600;
const MAX_TIMEOUT = 28_800;
/** Alarms that SageMaker reads at most. */
const MAX_ALARMS = 10;

export function policyRule({ wanted, deploy }: Update): readonly Refusal[] {
  const { blueGreen, rolling } = wanted.deployment ?? {};
  return when(blueGreen !== undefined && rolling !== undefined, () => ({
    rule: 'one-policy',
    problem: 'A blue/green and a rolling policy are both given; SageMaker takes one.',
    fix: [deploy({ rollout: 'all-at-once' })],
    source: SOURCES.deployment,
  }));
}

export function timeRules({ wanted, deploy }: Update): readonly Refusal[] {
  const { deployment } = wanted;
  if (deployment === undefined) return [];
  const { waits, timeout, total } = times(deployment);
  const fix = [deploy({ rollout: 'all-at-once' })];
  const source = deployment.rolling === undefined ? SOURCES.blueGreen : SOURCES.rolling;
  return [
    ...waits.flatMap(([name, seconds]) =>
      when(
        outside(seconds, 0, MAX_WAIT),
        (): Refusal => ({
          rule: 'wait-range',
          problem: `${name} is ${seconds} s; expected 0 to ${MAX_WAIT} s.`,
          fix,
          source,
        }),
      ),
    ),
    ...when(
      outside(timeout, MIN_TIMEOUT, MAX_TIMEOUT),
      (): Refusal => ({
        rule: 'timeout-range',
        problem: `MaximumExecutionTimeoutInSeconds is ${timeout} s; expected ${MIN_TIMEOUT} to ${MAX_TIMEOUT} s.`,
        fix,
        source,
      }),
    ),
    ...when(
      timeout !== undefined && total !== undefined && timeout <= total,
      (): Refusal => ({
        rule: 'timeout-too-short',
        problem: `MaximumExecutionTimeoutInSeconds is ${timeout} s, and the update waits ${total} s on purpose; expected more than that.`,
        fix,
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

export function alarmRules({ wanted, deploy }: Update): readonly Refusal[] {
  const { deployment } = wanted;
  if (deployment === undefined) return [];
  const { alarmCount, missingAlarms = [] } = deployment;
  const none = deploy({ rollout: 'none' });
  return [
    ...when(
      alarmCount > MAX_ALARMS,
      (): Refusal => ({
        rule: 'alarm-count',
        problem: `${alarmCount} alarms may undo an update; SageMaker reads ${MAX_ALARMS}.`,
        fix: [none],
        source: SOURCES.alarms,
      }),
    ),
    ...when(
      missingAlarms.length > 0,
      (): Refusal => ({
        rule: 'alarm-missing',
        problem: `The update shall be undone by alarms that do not exist: ${missingAlarms.join(', ')}.`,
        fix: [`aws cloudwatch describe-alarms --alarm-names ${missingAlarms.join(' ')}`, none],
        source: SOURCES.rollback,
      }),
    ),
  ];
}

export function retainedRule({ wanted }: Update): readonly Refusal[] {
  return when(wanted.exceptRetained.includes('DataCaptureConfig'), () => ({
    rule: 'retained-properties',
    problem: 'DataCaptureConfig is excluded from the retained properties; SageMaker does not support that.',
    fix: [],
    source: SOURCES.retained,
  }));
}
