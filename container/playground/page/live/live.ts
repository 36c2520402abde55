import { byId, make, part } from '../dom.js';
import { counted, milliseconds, percent } from '../format.js';
import { parseMetrics } from './prometheus.js';
import { errorsByCode, type Rates, ratesBetween, type Scrape } from './rates.js';
import { drawSparkline } from './sparkline.js';

const INTERVAL_MS = 2000;
const KEPT = 60;
/** Scrapes over which the figures are taken: some seconds, so that they can be read. */
const WINDOW = 5;

interface Figure {
  readonly id: string;
  readonly value: (rates: Rates) => number | undefined;
  readonly words: (value: number, rates: Rates) => string;
}

const FIGURES: readonly Figure[] = [
  { id: 'live-throughput', value: (r) => r.postsPerSecond, words: (v) => `${v.toFixed(1)} posts/s` },
  { id: 'live-p50', value: (r) => r.p50, words: (v) => milliseconds(v) },
  { id: 'live-p99', value: (r) => r.p99, words: (v) => milliseconds(v) },
  { id: 'live-queue', value: (r) => r.queued, words: (v, r) => `${v} waiting, ${r.running} running` },
  { id: 'live-cache', value: (r) => r.cacheHits, words: (v) => percent(v) },
  { id: 'live-errors', value: (r) => r.errorsPerSecond, words: (v) => `${v.toFixed(1)} errors/s` },
];

/** The tab with the server's own figures, read from /metrics while somebody looks. */
export class LiveTab {
  readonly #pause = byId('live-pause', HTMLButtonElement);
  readonly #state = byId('live-state', HTMLElement);
  #scrapes: Scrape[] = [];
  #visible = false;
  #paused = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.#pause.addEventListener('click', () => {
      this.#paused = !this.#paused;
      this.#pause.textContent = this.#paused ? 'Go on' : 'Pause';
      this.#schedule(0);
    });
    document.addEventListener('visibilitychange', () => this.#schedule(0));
  }

  set visible(visible: boolean) {
    this.#visible = visible;
    this.#schedule(0);
  }

  #schedule(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#visible || this.#paused || document.hidden) {
      if (this.#paused) this.#state.textContent = 'Paused.';
      return;
    }
    this.#timer = setTimeout(() => this.#scrape(), ms);
  }

  async #scrape(): Promise<void> {
    try {
      const response = await fetch('metrics');
      const text = await response.text();
      if (!response.ok) throw new Error(`status ${response.status}`);
      this.#scrapes = [...this.#scrapes, { at: performance.now(), samples: parseMetrics(text) }].slice(-KEPT);
      this.#state.textContent = `Every ${INTERVAL_MS / 1000} s, from /metrics.`;
      this.#show();
    } catch {
      this.#state.textContent = 'The server does not answer; trying again.';
    }
    this.#schedule(INTERVAL_MS);
  }

  #show(): void {
    const last = this.#scrapes.at(-1);
    const first = this.#scrapes.at(-1 - WINDOW) ?? this.#scrapes[0];
    if (last === undefined || first === undefined) return;
    const now = ratesBetween(first, last);
    const series = this.#scrapes
      .slice(1)
      .map((scrape, index) => ratesBetween(this.#scrapes[index] ?? scrape, scrape));
    for (const { id, value, words } of FIGURES) {
      const figure = byId(id, HTMLElement);
      const current = value(now);
      part(figure, 'value').textContent = current === undefined ? 'no traffic' : words(current, now);
      const svg = figure.querySelector('svg');
      if (svg) drawSparkline(svg, series.map(value), KEPT);
    }
    const errors = errorsByCode(last.samples).map(([code, count]) =>
      make('li', {}, make('code', {}, code), ` ${counted(count, 'time')}`),
    );
    byId('live-codes', HTMLElement).replaceChildren(...errors);
    byId('live-no-codes', HTMLElement).hidden = errors.length > 0;
  }
}
