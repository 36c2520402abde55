import { ACTION_NAMES, ACTIONS } from '../decide.js';
import { byId, make } from '../dom.js';
import { probability } from '../format.js';
import { type Result, tally, VERDICT_ORDER, type Verdict } from './results.js';

const ROWS_PER_PAGE = 100;
const TEXT_CHARACTERS = 140;

type Key = 'row' | 'id' | 'decision' | { readonly class: string };

/** The results as a table: sorted by a column, filtered by decision, a page at a time. */
export class ResultTable {
  readonly #head = byId('results-head', HTMLTableRowElement);
  readonly #body = byId('results-body', HTMLTableSectionElement);
  readonly #filter = byId('results-filter', HTMLSelectElement);
  readonly #previous = byId('page-previous', HTMLButtonElement);
  readonly #next = byId('page-next', HTMLButtonElement);
  #results: readonly Result[] = [];
  #key: Key = 'row';
  #descending = false;
  #page = 0;

  constructor() {
    this.#filter.addEventListener('change', () => this.#turn(0));
    this.#previous.addEventListener('click', () => this.#turn(this.#page - 1));
    this.#next.addEventListener('click', () => this.#turn(this.#page + 1));
  }

  /** New columns, for a new run. */
  start(classes: readonly string[]): void {
    this.#key = 'row';
    this.#descending = false;
    this.#page = 0;
    this.#filter.value = 'all';
    const columns: [string, Key | undefined][] = [
      ['Row', 'row'],
      ['Id', 'id'],
      ['Decision', 'decision'],
      ['Post', undefined],
      ...classes.map((name): [string, Key] => [name, { class: name }]),
    ];
    this.#head.replaceChildren(...columns.map(([label, key]) => this.#makeHeader(label, key)));
    this.#markSorting();
  }

  show(results: readonly Result[]): void {
    this.#results = results;
    this.#render();
  }

  #turn(page: number): void {
    this.#page = page;
    this.#render();
  }

  #makeHeader(label: string, key: Key | undefined): HTMLElement {
    if (key === undefined) return make('th', { scope: 'col' }, label);
    const button = make('button', { type: 'button', class: 'sort' }, label);
    const numeric = typeof key === 'object';
    button.addEventListener('click', () => {
      // The severest and the highest are what people look for first.
      this.#descending = same(this.#key, key) ? !this.#descending : numeric || key === 'decision';
      this.#key = key;
      this.#markSorting();
      this.#turn(0);
    });
    return make(
      'th',
      { scope: 'col', 'data-key': keyName(key), class: numeric ? 'number' : undefined },
      button,
    );
  }

  #markSorting(): void {
    for (const header of this.#head.querySelectorAll<HTMLElement>('th[data-key]')) {
      if (header.dataset['key'] !== keyName(this.#key)) header.removeAttribute('aria-sort');
      else header.setAttribute('aria-sort', this.#descending ? 'descending' : 'ascending');
    }
  }

  #render(): void {
    const wanted = this.#filter.value as Verdict | 'all';
    const chosen = this.#results.filter(({ verdict }) => wanted === 'all' || verdict === wanted);
    const sorted = chosen.toSorted((a, b) => this.#compare(a, b));
    const pages = Math.max(1, Math.ceil(sorted.length / ROWS_PER_PAGE));
    this.#page = Math.min(Math.max(0, this.#page), pages - 1);
    const start = this.#page * ROWS_PER_PAGE;
    const shown = sorted.slice(start, start + ROWS_PER_PAGE);
    this.#body.replaceChildren(...shown.map((result) => this.#makeRow(result)));
    byId('results-range', HTMLElement).textContent =
      shown.length === 0 ? 'No rows' : `Rows ${start + 1} to ${start + shown.length} of ${sorted.length}`;
    this.#previous.disabled = this.#page === 0;
    this.#next.disabled = this.#page === pages - 1;
    this.#showTally();
  }

  #compare(a: Result, b: Result): number {
    const order = this.#descending ? -1 : 1;
    const [x, y] = [sortValue(a, this.#key), sortValue(b, this.#key)];
    if (x === y) return a.row.number - b.row.number;
    // Rows without a value stand last either way.
    if (x === undefined) return 1;
    if (y === undefined) return -1;
    const difference =
      typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y));
    return order * difference;
  }

  #makeRow({ row, outcome, verdict, decision }: Result): HTMLElement {
    const classes = [...this.#head.querySelectorAll<HTMLElement>('th.number')].map((_, index) => {
      const one = decision?.classes[index];
      return make(
        'td',
        { class: 'number', 'data-action': one?.action },
        one ? probability(one.probability) : '–',
      );
    });
    const error = outcome && 'error' in outcome ? outcome.error : undefined;
    const content = error ? [make('span', { class: 'row-error' }, `${error.code}: ${error.message}`)] : [];
    return make(
      'tr',
      { 'data-action': verdict },
      make('td', { class: 'number' }, String(row.number)),
      make('td', {}, row.id),
      make('td', {}, make('span', { class: 'tag' }, verdictName(verdict))),
      make('td', { class: 'post-cell' }, excerpt(row), ...content),
      ...classes,
    );
  }

  #showTally(): void {
    const counts = tally(this.#results);
    const items = (['flag', 'review', 'allow', 'not judged', 'waiting'] as const)
      .filter((verdict) => verdict !== 'waiting' || (counts.get(verdict) ?? 0) > 0)
      .map((verdict) =>
        make(
          'li',
          { 'data-action': verdict },
          make('strong', {}, (counts.get(verdict) ?? 0).toLocaleString('en')),
          ` ${verdictName(verdict).toLowerCase()}`,
        ),
      );
    byId('results-tally', HTMLElement).replaceChildren(...items);
  }
}

export function verdictName(verdict: Verdict): string {
  const action = ACTIONS.find((name) => name === verdict);
  if (action) return ACTION_NAMES[action];
  return verdict === 'waiting' ? 'Waiting' : 'Not judged';
}

function excerpt({ text, image }: Result['row']): string {
  const start = [...(text ?? '')].slice(0, TEXT_CHARACTERS).join('');
  const words = start.length < (text ?? '').length ? `${start}…` : start;
  return [words, ...(image ? [`[${image instanceof File ? image.name : 'image'}]`] : [])]
    .filter(Boolean)
    .join(' ');
}

function sortValue({ row, verdict, decision }: Result, key: Key): number | string | undefined {
  if (key === 'row') return row.number;
  if (key === 'id') return row.id;
  if (key === 'decision') return VERDICT_ORDER.indexOf(verdict);
  return decision?.classes.find(({ name }) => name === key.class)?.probability;
}

function same(a: Key, b: Key): boolean {
  return keyName(a) === keyName(b);
}

function keyName(key: Key): string {
  return typeof key === 'object' ? `class:${key.class}` : key;
}
