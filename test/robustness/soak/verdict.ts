import type { Usage } from '../support/server-process.js';
import type { Soak, SoakPing } from './soak.js';

const PING_P99_MS = 100;
/** What SageMaker waits for. */
const PING_MAX_MS = 2000;
/** Memory, threads and files at the end may exceed those of minute 3 of 10 by as much. */
const GROWTH = 1.1;
/** Threads and files that may come and go beside that: sockets of callers, threads being replaced. */
const SLACK = 40;

export interface SoakResult {
  readonly date: string;
  readonly requestsPerSecond: number;
  readonly kills: number;
  readonly generations: readonly object[];
  /** While one process had the cores to itself. */
  readonly ping: PingTimes;
  /** While a new process was taking over from the old one. */
  readonly takeoverPing: PingTimes;
  readonly early: Usage;
  readonly late: Usage;
  readonly problems: readonly string[];
}

/** Milliseconds. */
export interface PingTimes {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export function judgeSoak(soak: Soak): SoakResult {
  const problems = soak.generations.flatMap(({ problems }) => problems);
  const ping = timesOf(soak.pings.filter(({ takeover }) => !takeover));
  const takeoverPing = timesOf(soak.pings.filter(({ takeover }) => takeover));
  if (ping.p99 >= PING_P99_MS) problems.push(`/ping took ${ping.p99} ms at its 99th percentile`);
  if (ping.max >= PING_MAX_MS) problems.push(`/ping took ${ping.max} ms once`);
  const unanswered = soak.pings.filter(({ status }) => status !== 200 && status !== 503).length;
  if (unanswered > 0) problems.push(`/ping was not answered ${unanswered} times`);

  const usage = soak.current.usage;
  const early = medianOf(usage, 0.3, 0.35);
  const late = medianOf(usage, 0.95, 1);
  for (const key of ['rssBytes', 'threads', 'files'] as const) {
    const slack = key === 'rssBytes' ? 0 : SLACK;
    if (late[key] > GROWTH * early[key] + slack)
      problems.push(`${key} grew from ${early[key]} to ${late[key]}`);
  }
  const lost = soak.generations.reduce((total, { workersLost }) => total + workersLost, 0);
  if (lost < soak.kills) problems.push(`${soak.kills} workers were broken, the server noticed ${lost}`);
  const date = new Date().toISOString();
  const generations = soak.generations.map((generation) => generation.summary());
  const { requestsPerSecond, kills } = soak;
  return { date, requestsPerSecond, kills, generations, ping, takeoverPing, early, late, problems };
}

function timesOf(pings: readonly SoakPing[]): PingTimes {
  const ms = pings.map((ping) => ping.ms).sort((a, b) => a - b);
  return { count: ms.length, p50: quantile(ms, 0.5), p99: quantile(ms, 0.99), max: quantile(ms, 1) };
}

/** The middle of each figure of the last process, over a part of the run. */
function medianOf(usage: readonly (Usage & { readonly at: number })[], from: number, to: number): Usage {
  const part = usage.filter(({ at }) => at >= from && at <= to);
  const middle = (key: keyof Usage): number =>
    quantile(
      part.map((sample) => sample[key]).sort((a, b) => a - b),
      0.5,
    );
  return { rssBytes: middle('rssBytes'), threads: middle('threads'), files: middle('files') };
}

function quantile(sorted: readonly number[], q: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
  return Math.round(value * 10) / 10;
}
