/** One page that shows whether the endpoint is well. */
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
  type IWidget,
  MathExpression,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { HostingKind } from '../../../sagemaker/hosting-kind.js';
import { ComponentMetrics } from './component-metrics.js';
import type { EndpointMetrics } from './endpoint-metrics.js';

export interface EndpointDashboardProps {
  readonly kind: HostingKind;
  readonly gpu: boolean;
  /** One for each variant, the shadow included. */
  readonly variants: readonly EndpointMetrics[];
  readonly alarms: readonly IAlarm[];
}

export class EndpointDashboard extends Construct {
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, props: EndpointDashboardProps) {
    super(scope, id);
    this.dashboard = new Dashboard(this, 'Resource', { widgets: rows(props) });
  }
}

function rows(props: EndpointDashboardProps): IWidget[][] {
  const { kind, gpu, variants, alarms } = props;
  const graph = (title: string, pick: (metrics: EndpointMetrics) => IMetric[]): GraphWidget =>
    new GraphWidget({ title, left: variants.flatMap(pick), width: 8 });
  const traffic =
    kind === 'async'
      ? [
          graph('Backlog', (m) => [m.backlog(), m.backlogPerInstance()]),
          graph('Oldest request, s', (m) => [m.backlogAge()]),
          graph('Failures', (m) => [m.asyncFailures()]),
        ]
      : [
          graph('Requests', (m) => [m.invocations(), m.clientErrors(), m.serverErrors(), m.modelErrors()]),
          graph('Latency p99, ms', (m) => [
            milliseconds(m.variantName, 'model', m.modelLatency()),
            milliseconds(m.variantName, 'overhead', m.overheadLatency()),
          ]),
          graph('In flight', (m) => [m.concurrentRequests()]),
        ];
  return [
    [new AlarmStatusWidget({ alarms: [...alarms], title: 'Alarms', width: 24 })],
    traffic,
    [
      graph('Processors and memory, %', (m) => [m.cpuUtilization(), m.memoryUtilization()]),
      ...(gpu ? [graph('GPU and its memory, %', (m) => [m.gpuUtilization(), m.gpuMemoryUtilization()])] : []),
      new GraphWidget({ title: 'Refusals', left: variants.slice(0, 1).map((m) => m.refusals()), width: 8 }),
      ...(kind === 'scale-to-zero' ? [graph('Calls that found no copy', withoutCopy)] : []),
    ],
  ];
}

function withoutCopy(metrics: EndpointMetrics): IMetric[] {
  return metrics instanceof ComponentMetrics ? [metrics.noCapacity({ statistic: Stats.SUM })] : [];
}

/** Names of metrics are unique within a graph. */
function milliseconds(variant: string, part: string, microseconds: IMetric): MathExpression {
  const name = `us${part}${variant.replaceAll('-', '_')}`;
  return new MathExpression({
    expression: `${name} / 1000`,
    usingMetrics: { [name]: microseconds },
    label: `${variant} ${part}`,
  });
}
