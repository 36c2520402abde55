import { IMAGE_ENVIRONMENT } from '../../../bench/systems/image-environment.js';
import { HttpClient } from '../support/http-client.js';
import { Scrape } from '../support/metrics.js';
import { ServerProcess, type Usage } from '../support/server-process.js';
import { Ledger, sum } from './ledger.js';
import { type SoakRequest, soakRequest } from './traffic.js';

const CONNECTIONS = 512;
const EXIT_WITHIN_MS = 25_000;
/** Hanging workers are noticed soon enough to be part of a short run; memory is given back as in the image. */
const ENVIRONMENT = { ...IMAGE_ENVIRONMENT, MODERATION_WORKER_TIMEOUT_MS: '3000' };

/** One server process from its start to its end, and what was sent to it. */
export class Generation {
  readonly ledger = new Ledger();
  /** Each second; `at`: the share of the run that had passed. */
  readonly usage: (Usage & { readonly at: number })[] = [];
  readonly problems: string[] = [];
  readonly #underWay = new Set<Promise<void>>();

  private constructor(
    readonly server: ServerProcess,
    readonly http: HttpClient,
  ) {}

  static async start(model: string): Promise<Generation> {
    const script = 'dist/test/robustness/support/chaos-server.js';
    const server = new ServerProcess(script, ['--model', model], ENVIRONMENT);
    await server.line('ready');
    return new Generation(server, new HttpClient(await server.port(), CONNECTIONS));
  }

  get underWay(): number {
    return this.#underWay.size;
  }

  /** Sends a request and books how it ends. */
  send(seed: number, index: number): Promise<void> {
    const what = soakRequest(seed, index);
    this.ledger.send(what);
    const exchange = this.#exchange(what);
    this.#underWay.add(exchange);
    return exchange.finally(() => this.#underWay.delete(exchange));
  }

  async #exchange(what: SoakRequest): Promise<void> {
    const { contentType, body, abortsAfterMs } = what;
    const signal = abortsAfterMs === undefined ? undefined : AbortSignal.timeout(abortsAfterMs);
    const headers = { 'content-type': contentType };
    try {
      const reply = await this.http.send({ path: '/invocations', headers, body, ...(signal && { signal }) });
      this.ledger.reply(what, reply);
    } catch (error) {
      if (signal?.aborted) this.ledger.abandon(what);
      else if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') this.ledger.neverSent(what);
      else this.ledger.lose(what, String(error));
    }
  }

  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  /** Compares what the client was told with what the server counted; to be called when nothing is under way. */
  async reconcile(): Promise<void> {
    const scrape = await Scrape.of(this.http);
    const { answered, abandoned, failed, refusedRequests } = this.ledger;
    this.#within('items answered', answered, scrape.sum('moderation_items_total'), abandoned);
    const errors = scrape.by('moderation_errors_total', 'code');
    for (const code of new Set([...failed.keys(), ...refusedRequests.keys(), ...errors.keys()])) {
      const told = (failed.get(code) ?? 0) + (refusedRequests.get(code) ?? 0);
      this.#within(`errors ${code}`, told, errors.get(code) ?? 0, abandoned);
    }
    for (const gauge of ['moderation_requests_in_progress', 'moderation_body_bytes']) {
      if (scrape.sum(gauge) !== 0)
        this.problems.push(`${gauge} is ${scrape.sum(gauge)} with nothing under way`);
    }
    const held = scrape.sum('moderation_lane_places', 'state="held"');
    if (held !== 0) this.problems.push(`${held} places are held with nothing under way`);
  }

  #within(what: string, told: number, counted: number, abandoned: number): void {
    if (counted >= told && counted <= told + abandoned) return;
    this.problems.push(
      `${what}: the client got ${told}, the server counted ${counted}, ${abandoned} were abandoned`,
    );
  }

  /** SIGTERM: what is under way is finished, and the process ends well in time. */
  async stop(): Promise<void> {
    const start = performance.now();
    this.server.signal('SIGTERM');
    const code = await this.server.exit;
    const ms = Math.round(performance.now() - start);
    await this.settled();
    this.http.close();
    if (code !== 0) this.problems.push(`the server exited with ${code}: ${this.server.story()}`);
    if (ms > EXIT_WITHIN_MS) this.problems.push(`the server took ${ms} ms to exit`);
    const { sentItems, accounted, unaccounted } = this.ledger;
    for (const what of unaccounted.slice(0, 5)) this.problems.push(`unaccounted: ${what}`);
    if (accounted !== sentItems)
      this.problems.push(`${sentItems} items were sent, ${accounted} accounted for`);
  }

  /** Workers that the log says were lost. */
  get workersLost(): number {
    return this.server.logs.filter(({ message }) => message === 'A worker was lost and is being replaced.')
      .length;
  }

  summary(): object {
    const { ledger } = this;
    return {
      requests: ledger.sentRequests,
      items: ledger.sentItems,
      answered: ledger.answered,
      failed: Object.fromEntries(ledger.failed),
      refused: Object.fromEntries(ledger.refused),
      refusedItems: sum(ledger.refused),
      abandoned: ledger.abandoned,
      unsent: ledger.unsent,
      unaccounted: ledger.unaccounted.length,
      workersLost: this.workersLost,
    };
  }
}
