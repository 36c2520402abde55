import { type Answered, NotAnswered } from '../api.js';
import { type Answer, isUnjudged, type Judgement } from '../contract.js';
import { ACTION_NAMES, decide, type PostDecision } from '../decide.js';
import { byId } from '../dom.js';
import { percent, probability, threshold } from '../format.js';
import type { Settings } from '../settings.js';
import { type Part, showAblation } from './ablation.js';
import { ClassBars } from './class-bars.js';
import { showDetails } from './details.js';

/** The result of the last request; decisions follow thresholds and band without a new one. */
export class ResultView {
  readonly #settings: Settings;
  readonly #bars: ClassBars;
  readonly #band = byId('band', HTMLInputElement);
  #answers: ReadonlyMap<Part, Answer> = new Map();

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#bars = new ClassBars(settings);
    this.#band.addEventListener('input', () => {
      settings.band = this.#band.valueAsNumber;
    });
    byId('reset', HTMLButtonElement).addEventListener('click', () => {
      settings.reset();
      byId('reset-status', HTMLElement).textContent =
        'Thresholds and review band are the model’s and the page’s own again.';
    });
    settings.onChange(() => this.#update());
  }

  busy(): void {
    byId('result', HTMLElement).setAttribute('aria-busy', 'true');
  }

  clear(): void {
    this.#state('empty');
    this.#answers = new Map();
  }

  /** `answers`: the whole post first, then its parts where they were asked for. */
  show(answered: Answered, answers: ReadonlyMap<Part, Answer>): void {
    const [whole] = answers.values();
    if (whole === undefined || isUnjudged(whole)) {
      const { code, message, retryable } = whole?.error ?? {
        code: 'reply_invalid',
        message: '',
        retryable: false,
      };
      this.fail(new NotAnswered(code, message, retryable, undefined, answered.reply.request_id));
      return;
    }
    this.#answers = answers;
    this.#state('judged');
    showDetails(answered, whole);
    this.#update();
    const { action, leading } = this.#decide(whole);
    const reason =
      leading &&
      `${leading.name} ${probability(leading.probability)}, threshold ${threshold(leading.threshold)}`;
    byId('announcer', HTMLElement).textContent = `${ACTION_NAMES[action]}. Highest: ${reason}.`;
  }

  /** No answer: told as such, in place of any older result. */
  fail(error: unknown): void {
    this.#answers = new Map();
    this.#state('failed');
    const told = error instanceof NotAnswered ? error : undefined;
    byId('failure-code', HTMLElement).textContent = told?.code ?? 'defect';
    byId('failure-message', HTMLElement).textContent = told?.message ?? 'The page met a defect.';
    byId('failure-hint', HTMLElement).textContent = hintOf(told);
  }

  #state(state: 'empty' | 'judged' | 'failed'): void {
    const result = byId('result', HTMLElement);
    result.setAttribute('aria-busy', 'false');
    result.dataset['state'] = state;
    byId('result-empty', HTMLElement).hidden = state !== 'empty';
    byId('result-judged', HTMLElement).hidden = state !== 'judged';
    byId('result-failed', HTMLElement).hidden = state !== 'failed';
    byId('request', HTMLElement).hidden = state !== 'judged';
    byId('announcer', HTMLElement).textContent = '';
    byId('reset-status', HTMLElement).textContent = '';
  }

  #decide({ probabilities }: Judgement): PostDecision {
    return decide(probabilities, this.#settings.bounds());
  }

  #update(): void {
    const { band, untouched } = this.#settings;
    this.#band.value = String(band);
    this.#band.setAttribute('aria-valuetext', percent(band));
    byId('band-value', HTMLElement).textContent = percent(band);
    byId('reset', HTMLButtonElement).disabled = untouched;
    const decisions = new Map(
      [...this.#answers].map(([name, answer]) => [
        name,
        isUnjudged(answer) ? undefined : this.#decide(answer),
      ]),
    );
    const [whole] = decisions.values();
    if (whole === undefined) return;
    const { action, leading } = whole;
    byId('decision', HTMLElement).dataset['action'] = action;
    byId('decision-word', HTMLElement).textContent = ACTION_NAMES[action];
    byId('decision-reason', HTMLElement).textContent = leading ? reasonFor(leading) : '';
    this.#bars.show(whole);
    showAblation(decisions);
  }
}

function reasonFor({
  name,
  action,
  probability: value,
  threshold: limit,
  predicted,
}: NonNullable<PostDecision['leading']>): string {
  if (action === 'allow') return 'Every class stays below its review band.';
  const side = predicted ? 'reaches' : 'comes close to';
  const rest = action === 'review' ? ', within the review band: a person looks at it' : '';
  return `${name} at ${probability(value)} ${side} its threshold of ${threshold(limit)}${rest}.`;
}

function hintOf(error: NotAnswered | undefined): string {
  const wait = error?.retryAfterMs === undefined ? '' : ` in ${Math.ceil(error.retryAfterMs / 1000)} s`;
  const advice = error?.retryable ? `Try again${wait}.` : 'The same request will fail again.';
  return `This post was not judged, which is not the same as harmless. ${advice}`;
}
