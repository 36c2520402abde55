import { ACTION_NAMES, type ClassDecision, type PostDecision } from '../decide.js';
import { byId, make, part, setShare } from '../dom.js';
import { probability, threshold } from '../format.js';
import type { Settings } from '../settings.js';

/** One row a class: its probability as a bar, its review band, and its threshold as a slider on the same scale. */
export class ClassBars {
  readonly #list = byId('class-list', HTMLElement);
  readonly #settings: Settings;
  readonly #rows = new Map<string, HTMLElement>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Rows are kept while the classes stay the same, so that a slider in use keeps its focus. */
  show({ classes, leading }: PostDecision): void {
    if (classes.some(({ name }) => !this.#rows.has(name)) || classes.length !== this.#rows.size) {
      this.#rows.clear();
      for (const { name } of classes) this.#rows.set(name, this.#makeRow(name));
      this.#list.replaceChildren(...this.#rows.values());
    }
    for (const decision of classes) this.#update(decision, decision.name === leading?.name);
  }

  #makeRow(name: string): HTMLElement {
    const slider = make('input', {
      type: 'range',
      min: 0,
      max: 1,
      step: 'any',
      'aria-label': `Threshold for ${name}`,
      'data-part': 'slider',
    });
    slider.addEventListener('input', () => this.#settings.move(name, round(slider.valueAsNumber)));
    return make(
      'li',
      { class: 'class-row', 'data-class': name },
      make(
        'div',
        { class: 'class-head' },
        make('span', { class: 'class-name' }, name),
        make('span', { class: 'tag', 'data-part': 'action' }),
        make('span', { class: 'number', 'data-part': 'probability' }),
      ),
      make(
        'div',
        { class: 'track' },
        make('div', { class: 'band', 'data-part': 'band', 'aria-hidden': 'true' }),
        make('div', { class: 'fill', 'data-part': 'fill', 'aria-hidden': 'true' }),
        slider,
      ),
      make(
        'div',
        { class: 'class-foot' },
        make('span', { 'data-part': 'threshold' }),
        make('span', { 'data-part': 'review' }),
      ),
    );
  }

  #update({ name, action, ...values }: ClassDecision, leads: boolean): void {
    const row = this.#rows.get(name);
    if (row === undefined) return;
    row.dataset['action'] = action;
    row.classList.toggle('leads', leads && action !== 'allow');
    part(row, 'action').textContent = ACTION_NAMES[action];
    part(row, 'probability').textContent = probability(values.probability);
    part(row, 'threshold').textContent = `threshold ${threshold(values.threshold)}`;
    part(row, 'review').textContent =
      values.from < values.to
        ? `review ${threshold(values.from)} to ${threshold(values.to)}`
        : 'no review band';
    setShare(part(row, 'fill'), '--share', values.probability);
    setShare(part(row, 'band'), '--from', values.from);
    setShare(part(row, 'band'), '--width', values.to - values.from);
    const slider = part(row, 'slider') as HTMLInputElement;
    if (slider.valueAsNumber !== values.threshold) slider.value = String(values.threshold);
    slider.setAttribute('aria-valuetext', threshold(values.threshold));
  }
}

/** Thresholds move in thousandths, which is what the page shows of them. */
function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
