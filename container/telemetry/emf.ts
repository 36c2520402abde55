import { ACTIONS, type Action } from '../../lib/contract/action.js';
import { PATHS } from '../../lib/contract/http.js';
import type { Logger } from './logger.js';
import type { RequestOutcome } from './metrics.js';

const NAMESPACE = 'MultimodalModeration';
/** The most values of one metric that an embedded metric line may hold. */
const MAX_VALUES = 100;
const DECISION_METRICS = { allow: 'Allowed', review: 'InReview', flag: 'Flagged' } as const;
const MAX_DELAY_MS = 10_000;

/**
 * CloudWatch metrics as log lines (embedded metric format): one line for up to 100 invocations or ten seconds, in which
 * every latency is kept, so that CloudWatch computes true percentiles.
 */
export class EmbeddedMetrics {
  readonly #write: (fields: object) => void;
  readonly #endpointName: string | undefined;
  #latencies: number[] = [];
  #items = 0;
  #refused = 0;
  #errors = 0;
  /** Undefined until a policy decides. */
  #decisions: Map<Action, number> | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** `endpointName`: counts each metric once more under the dimension EndpointName. */
  constructor(logger: Logger, endpointName?: string) {
    this.#endpointName = endpointName;
    // Asked for on its own, so whatever level the log has.
    const always = logger.child({}, { level: 'info' });
    this.#write = (fields) => always.info(fields, 'metrics');
  }

  request({ route, status, context }: RequestOutcome): void {
    if (route !== PATHS.invocations) return;
    this.#latencies.push(Math.round(performance.now() - context.startedAt));
    this.#items += context.items;
    if (status === 429) this.#refused += 1;
    for (const count of context.codes.values()) this.#errors += count;
    for (const [decision, count] of context.decisions) {
      this.#decisions ??= new Map();
      this.#decisions.set(decision, (this.#decisions.get(decision) ?? 0) + count);
    }
    if (this.#latencies.length === MAX_VALUES) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), MAX_DELAY_MS).unref();
  }

  /** Writes what there is, if anything. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#latencies.length === 0) return;
    const decisions = this.#decidedCounts();
    this.#write({
      _aws: {
        Timestamp: Date.now(),
        CloudWatchMetrics: [
          {
            Namespace: NAMESPACE,
            Dimensions: this.#endpointName === undefined ? [[]] : [['EndpointName'], []],
            Metrics: [
              { Name: 'Latency', Unit: 'Milliseconds' },
              { Name: 'Items', Unit: 'Count' },
              { Name: 'Refused', Unit: 'Count' },
              { Name: 'Errors', Unit: 'Count' },
              ...Object.keys(decisions).map((Name) => ({ Name, Unit: 'Count' })),
            ],
          },
        ],
      },
      ...(this.#endpointName !== undefined && { EndpointName: this.#endpointName }),
      Latency: this.#latencies,
      Items: this.#items,
      Refused: this.#refused,
      Errors: this.#errors,
      ...decisions,
    });
    this.#latencies = [];
    this.#items = 0;
    this.#refused = 0;
    this.#errors = 0;
    this.#decisions = undefined;
  }

  /** By metric name; none at all while no policy decides, for each metric costs. */
  #decidedCounts(): Record<string, number> {
    const counts = this.#decisions;
    if (counts === undefined) return {};
    return Object.fromEntries(ACTIONS.map((action) => [DECISION_METRICS[action], counts.get(action) ?? 0]));
  }
}
