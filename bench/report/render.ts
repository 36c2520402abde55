import { decimalBytes } from '../../lib/cli/terminal/units.js';
import { SYSTEM_NAMES, type SystemName } from '../systems/system.js';
import { GOALS, reached } from './goals.js';
import type { GrowthPoint, Results } from './results.js';
import { Summary } from './summarize.js';
import { type Cell, table, withUnit } from './table.js';

const OURS = ['fp32', 'int8'] as const;

/** The results as Markdown: goals, throughput, latency, processes, CPU, growth. */
export function renderReport(results: Results): string {
  const summary = new Summary(results);
  const names = SYSTEM_NAMES.filter((name) => summary.has(name));
  const sections: [string, string | undefined][] = [
    ['Problems', list(results.problems)],
    ['Goals', goals(summary)],
    ['Items a second', throughput(summary, names)],
    ['Latency, p50 / p99 in ms', latency(summary, names)],
    ['Processes', processes(summary, names)],
    ['Share of onnxruntime alone', shareOfAlone(summary)],
    ['Cores busy, server + client', cores(summary, names)],
    ...growth(results.growth),
  ];
  const parts = sections.flatMap(([title, body]) => (body ? [`## ${title}\n\n${body}`] : []));
  return [`# Benchmark\n\n${preamble(results, summary.disturbedShare)}`, ...parts].join('\n\n');
}

function preamble(results: Results, disturbedShare: number): string {
  const { date, seconds, plan, machine, packs, differences } = results;
  const { versions } = machine;
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const lines = [
    `${date.slice(0, 10)}, ${Math.round(seconds / 60)} minutes, ${plan.model}. Medians of ${plan.rounds} rounds, windows of ${plan.windowSeconds} s, one post a request.`,
    `${machine.cpu}, ${machine.cores} cores (${machine.instructions.join(', ')}), ${decimalBytes(machine.memoryBytes)}, ${machine.system}; ${named.join(', ')}.`,
    ...packs.map(
      ({ name, hash, weightBytes }) =>
        `Pack ${name}: ${hash.slice(0, 12)}, weights ${decimalBytes(weightBytes)}.`,
    ),
    ...differences.map(
      ({ name, posts, max }) =>
        `Largest difference of a probability, ${name} from the peer, ${posts} posts: ${max.toExponential(1)}.`,
    ),
  ];
  lines.push(
    `Windows in which other processes took more than a tenth of a core: ${Math.round(100 * disturbedShare)} %.`,
  );
  return lines.map((line) => `- ${line}`).join('\n');
}

function list(problems: readonly string[]): string | undefined {
  return problems.length === 0
    ? undefined
    : problems.map((problem) => `- ${problem.replaceAll('\n', ' ')}`).join('\n');
}

function goals(summary: Summary): string | undefined {
  const names = OURS.filter((name) => summary.has(name));
  const rows = GOALS.map((goal) => [
    goal.what,
    ...names.flatMap((name) => {
      const value = goal.measured(summary, name);
      const met = reached(goal, name, value);
      const wanted = `${goal.atLeast ? '≥' : '≤'} ${goal.wanted[name]}`;
      return [
        wanted,
        withUnit(value, goal.unit === '×' ? '×' : ` ${goal.unit}`),
        met === undefined ? '' : met ? 'yes' : 'no',
      ];
    }),
  ]);
  return table(['', ...names.flatMap((name) => [`${name} wanted`, 'measured', 'reached'])], rows);
}

function throughput(summary: Summary, names: readonly SystemName[]): string {
  const ours = OURS.filter((name) => names.includes(name));
  return byWindow(summary, [...names, ...ours.map((name) => `${name} : peer`)], (scenario, concurrency) => [
    ...names.map((name) => summary.window(name, scenario, concurrency, 'itemsPerSecond')),
    ...ours.map((name) => withUnit(summary.speedUp(name, scenario, concurrency), '×')),
  ]);
}

function latency(summary: Summary, names: readonly SystemName[]): string {
  return byWindow(summary, names, (scenario, concurrency) =>
    names.map((name) => {
      const [p50, p99] = (['p50Ms', 'p99Ms'] as const).map((figure) =>
        withUnit(summary.window(name, scenario, concurrency, figure), ''),
      );
      return p50 === undefined ? undefined : `${p50} / ${p99}`;
    }),
  );
}

function shareOfAlone(summary: Summary): string | undefined {
  const { runs } = summary.results;
  const names = OURS.filter((name) =>
    runs.some((run) => run.name === name && run.windows.some(({ alone }) => alone !== null)),
  );
  if (names.length === 0) return undefined;
  const head = names.flatMap((name) => [`${name} alone, items/s`, 'served', 'share', 'texts a batch']);
  return byWindow(
    summary,
    head,
    (scenario, concurrency) =>
      names.flatMap((name) => {
        const share = summary.shareOfAlone(name, scenario, concurrency);
        return [
          summary.alone(name, scenario, concurrency),
          summary.window(name, scenario, concurrency, 'itemsPerSecond'),
          withUnit(share === undefined ? undefined : 100 * share, ' %'),
          summary.textsPerBatch(name, scenario, concurrency),
        ];
      }),
    (scenario) => scenario !== 'repeats',
  );
}

function cores(summary: Summary, names: readonly SystemName[]): string {
  return byWindow(summary, names, (scenario, concurrency) =>
    names.map((name) => {
      const [server, client] = (['serverCores', 'clientCores'] as const).map((figure) =>
        summary.window(name, scenario, concurrency, figure)?.toFixed(2),
      );
      return server === undefined ? undefined : `${server} + ${client}`;
    }),
  );
}

function byWindow(
  { results }: Summary,
  head: readonly string[],
  cells: (scenario: Results['plan']['scenarios'][number], concurrency: number) => Cell[],
  include: (scenario: string) => boolean = () => true,
): string {
  const { scenarios, concurrencies } = results.plan;
  const rows = scenarios
    .filter(include)
    .flatMap((scenario) =>
      concurrencies.map((concurrency) => [
        `${scenario === 'repeats' ? '50 % repeats' : scenario}, ${concurrency} in flight`,
        ...cells(scenario, concurrency),
      ]),
    );
  return table(['', ...head], rows);
}

function processes(summary: Summary, names: readonly SystemName[]): string {
  const bytes = (value: number | undefined): string | undefined =>
    value === undefined ? undefined : decimalBytes(value);
  const seconds = (ms: number | undefined): string | undefined =>
    ms === undefined ? undefined : withUnit(ms / 1000, '');
  const rows: [string, (name: SystemName) => Cell][] = [
    ['start to first healthy /ping, s', (name) => seconds(summary.run(name, 'startMs'))],
    ['start of onnxruntime alone, s', (name) => seconds(summary.run(name, 'startAloneMs'))],
    [
      `resident after ${summary.results.plan.memoryAfterItems} posts (VmRSS)`,
      (name) => bytes(summary.run(name, 'residentBytes')),
    ],
    ['most resident (VmHWM)', (name) => bytes(summary.run(name, 'peakBytes'))],
    ['/ping p99 at twice the saturating load, ms', (name) => summary.ping(name, 'p99Ms')],
    ['/ping at the longest, ms', (name) => summary.ping(name, 'maxMs')],
  ];
  return table(
    ['', ...names],
    rows.map(([what, cell]) => [what, ...names.map(cell)]),
  );
}

function growth(points: readonly GrowthPoint[]): [string, string][] {
  const series = [...new Set(points.map((point) => point.series))];
  return series.map((one) => {
    const own = points.filter((point) => point.series === one);
    const names = [...new Set(own.map(({ name }) => name))];
    const rows = [...new Set(own.map(({ value }) => value))].map((value) => [
      String(value),
      ...names.flatMap((name) => {
        const point = own.find((candidate) => candidate.name === name && candidate.value === value);
        const peak = point?.peakBytes ?? undefined;
        return [point?.itemsPerSecond, point?.p50Ms, peak === undefined ? undefined : decimalBytes(peak)];
      }),
    ]);
    const head = names.flatMap((name) => [`${name} items/s`, 'p50 ms', 'most resident']);
    return [`Growth by ${one}`, table([one, ...head], rows)];
  });
}
