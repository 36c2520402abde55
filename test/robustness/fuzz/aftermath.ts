import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { fixture } from '../../support/project-root.js';
import type { HttpClient } from '../support/http-client.js';
import { Scrape } from '../support/metrics.js';
import type { ServerProcess, Usage } from '../support/server-process.js';

const MiB = 1024 * 1024;
/** Of the server or the decoder, whatever it was sent. */
const MAX_RSS_BYTES = 1536 * MiB;
/** How much of the resident memory of the first third may come on top by the end. */
const GROWTH = 1.25;
/** Below that many samples, a second each, growth tells nothing. */
const MIN_SAMPLES = 120;

const photograph = readFileSync(fixture('demo', 'images', 'test-00000.jpg')).toString('base64');
const REFERENCE = JSON.stringify({
  instances: [
    { text: 'a quiet morning by the lake' },
    { image_base64: photograph },
    { text: 'a', image_base64: photograph },
  ],
});

/** What a known request is answered, its id left out. */
export async function referenceAnswer(http: HttpClient): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const { status, body } = await http.send({ path: '/invocations', headers, body: REFERENCE });
  if (status !== 200) throw new Error(`The reference request got ${status}.`);
  return (JSON.parse(body.toString()) as { predictions: unknown }).predictions;
}

/** What is wrong with the server now that the run is over. */
export async function aftermath(
  http: HttpClient,
  server: ServerProcess,
  before: unknown,
  samples: readonly Usage[],
): Promise<string[]> {
  const problems = server.troubles().map((line) => `the log holds ${JSON.stringify(line).slice(0, 400)}`);
  if (server.stderr !== '') problems.push(`the server wrote to stderr: ${server.stderr.slice(0, 400)}`);
  const ping = await http.send({ method: 'GET', path: '/ping' });
  if (ping.status !== 200) problems.push(`/ping answers ${ping.status}`);
  if (!isDeepStrictEqual(await referenceAnswer(http), before)) {
    problems.push('the reference request is answered otherwise than before the run');
  }
  const scrape = await Scrape.of(http);
  for (const gauge of ['moderation_requests_in_progress', 'moderation_body_bytes']) {
    if (scrape.sum(gauge) !== 0) problems.push(`${gauge} is ${scrape.sum(gauge)}, not 0`);
  }
  const held = scrape.sum('moderation_lane_places', 'state="held"');
  if (held !== 0) problems.push(`${held} places are held by nobody`);
  const lost = scrape.sum('moderation_workers_total', 'change="lost"');
  if (lost !== 0) problems.push(`${lost} workers were lost`);
  return [...problems, ...growth(samples)];
}

export function growth(samples: readonly Usage[]): string[] {
  const rss = samples.map(({ rssBytes }) => rssBytes);
  const problems: string[] = [];
  const peak = Math.max(0, ...rss);
  if (peak > MAX_RSS_BYTES) problems.push(`resident memory reached ${Math.round(peak / MiB)} MiB`);
  if (rss.length < MIN_SAMPLES) return problems;
  const tenth = Math.floor(rss.length / 10);
  const early = median(rss.slice(2 * tenth, 3 * tenth));
  const late = median(rss.slice(-tenth));
  if (late > GROWTH * early) {
    problems.push(`resident memory grew from ${Math.round(early / MiB)} to ${Math.round(late / MiB)} MiB`);
  }
  return problems;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
