import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { ACTIONS } from '../../lib/contract/action.js';
import type { RequestContext } from '../http/context.js';
import type { InflightBytes } from '../http/inflight-bytes.js';
import type { ServedPolicy } from '../policy.js';
import type { Service } from '../service.js';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** A request as the metrics count it. */
export interface RequestOutcome {
  readonly route: string;
  readonly status: number;
  /** The caller left before the reply was out. */
  readonly aborted: boolean;
  readonly context: RequestContext;
}

/** What the HTTP side tells Prometheus, in a registry of its own. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests: Counter<'route' | 'status'>;
  readonly #seconds: Histogram<'route'>;
  readonly #items: Counter<'modality'>;
  readonly #errors: Counter<'code'>;
  readonly #decisions: Counter<'decision'>;
  readonly #audits: Counter;
  readonly #unseen: Counter<'code'>;
  readonly #dropped: Counter;

  constructor() {
    const registers = [this.registry];
    this.#requests = new Counter({
      name: 'moderation_requests_total',
      help: 'Requests by route and status; "aborted" where the caller left first.',
      labelNames: ['route', 'status'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'moderation_request_seconds',
      help: 'Seconds from the headers to the end of the reply.',
      labelNames: ['route'],
      buckets: SECONDS,
      registers,
    });
    this.#items = new Counter({
      name: 'moderation_items_total',
      help: 'Items answered, by what the answer rests on: text, image or text+image.',
      labelNames: ['modality'],
      registers,
    });
    this.#errors = new Counter({
      name: 'moderation_errors_total',
      help: 'Errors told to callers, for items and for whole requests, by code.',
      labelNames: ['code'],
      registers,
    });
    this.#decisions = new Counter({
      name: 'moderation_decisions_total',
      help: 'Posts by what the policy does with them: allow, review or flag.',
      labelNames: ['decision'],
      registers,
    });
    this.#audits = new Counter({
      name: 'moderation_audits_total',
      help: 'Posts in review that the policy would have allowed and that were drawn at random.',
      registers,
    });
    this.#unseen = new Counter({
      name: 'moderation_unseen_total',
      help: 'Items whose answer leaves something of the post out, by its code (docs/unseen.md).',
      labelNames: ['code'],
      registers,
    });
    this.#dropped = new Counter({
      name: 'moderation_connections_dropped_total',
      help: 'Connections closed at once because there were maxConnections.',
      registers,
    });
  }

  /** Adds memory, CPU, garbage collection and event-loop figures of the process. */
  observeProcess(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Adds gauges that are read when they are scraped. */
  observeServer(service: Service, inflight: InflightBytes): void {
    const gauge = (name: string, help: string, read: () => number): void => {
      const registers = [this.registry];
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    };
    gauge('moderation_requests_in_progress', 'Accepted requests without a reply.', () => service.accepted);
    gauge('moderation_body_bytes', 'Memory of the bodies of requests in progress.', () => inflight.held);
    gauge('moderation_ready', '1 when /ping answers 200.', () => (service.health() === 'ready' ? 1 : 0));
  }

  /** Adds the identity of the policy in force. */
  observePolicy({ name, sha256 }: ServedPolicy): void {
    new Gauge({
      name: 'moderation_policy_info',
      help: 'Always 1; the labels tell which policy decides.',
      labelNames: ['name', 'sha256'],
      registers: [this.registry],
    }).set({ name, sha256 }, 1);
    for (const decision of ACTIONS) this.#decisions.inc({ decision }, 0);
  }

  request({ route, status, aborted, context }: RequestOutcome): void {
    this.#requests.inc({ route, status: aborted ? 'aborted' : String(status) });
    this.#seconds.observe({ route }, (performance.now() - context.startedAt) / 1000);
    for (const [code, count] of context.codes) this.#errors.inc({ code }, count);
    for (const [modality, count] of context.answers) this.#items.inc({ modality }, count);
    for (const [decision, count] of context.decisions) this.#decisions.inc({ decision }, count);
    this.#audits.inc(context.audits);
    for (const [code, count] of context.unseen) this.#unseen.inc({ code }, count);
  }

  /** What came was no HTTP request. */
  malformedRequest(code: string): void {
    this.#errors.inc({ code });
  }

  droppedConnection(): void {
    this.#dropped.inc();
  }
}
