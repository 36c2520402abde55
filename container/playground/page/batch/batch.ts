import type { PlaygroundInfo } from '../contract.js';
import { byId } from '../dom.js';
import { counted } from '../format.js';
import type { Settings } from '../settings.js';
import { downloadCsv, downloadJsonLines } from './download.js';
import { readTable, type Table } from './read-file.js';
import { ResultTable } from './result-table.js';
import { type Result, resultOf } from './results.js';
import type { Outcome, Row } from './row.js';
import { runBatch } from './run.js';
import { toRows } from './to-rows.js';

/** Of the server's limits, so that a request leaves room for others. */
const MAX_ITEMS = 16;
const MAX_BYTES = 8e6;
/** Between two looks at the table while results come in. */
const REFRESH_MS = 200;

/** The tab for a file of posts. */
export class BatchTab {
  readonly #file = byId('batch-file', HTMLInputElement);
  readonly #images = byId('batch-images', HTMLInputElement);
  readonly #start = byId('batch-start', HTMLButtonElement);
  readonly #cancel = byId('batch-cancel', HTMLButtonElement);
  readonly #status = byId('batch-status', HTMLElement);
  readonly #progress = byId('batch-progress', HTMLProgressElement);
  readonly #columns = ['text', 'image', 'id'].map((name) => byId(`batch-column-${name}`, HTMLSelectElement));
  readonly #table = new ResultTable();
  readonly #settings: Settings;
  #limits: PlaygroundInfo['limits'] | undefined;
  #content: Table | undefined;
  #rows: readonly Row[] = [];
  #outcomes = new Map<Row, Outcome>();
  #running: AbortController | undefined;
  #refresh: ReturnType<typeof setTimeout> | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#file.addEventListener('change', () => this.#load(this.#file.files?.[0]));
    this.#start.addEventListener('click', () => this.#run());
    this.#cancel.addEventListener('click', () => this.#running?.abort());
    byId('download-csv', HTMLButtonElement).addEventListener('click', () =>
      downloadCsv(this.#results(), settings.classes),
    );
    byId('download-jsonl', HTMLButtonElement).addEventListener('click', () =>
      downloadJsonLines(this.#results(), settings),
    );
    byId('batch-panel', HTMLElement).addEventListener('drop', (event) => this.#takeDrop(event.dataTransfer));
    settings.onChange(() => this.#refreshSoon());
  }

  ready({ limits }: PlaygroundInfo): void {
    this.#limits = limits;
    this.#update();
  }

  /** Dropped files: the table by its name, everything else as images. */
  #takeDrop(transfer: DataTransfer | null): void {
    const dropped = [...(transfer?.files ?? [])];
    const table = dropped.find(({ name }) => /\.(?:csv|jsonl|ndjson|jsonlines)$/i.test(name));
    const [images, tables] = [new DataTransfer(), new DataTransfer()];
    for (const file of dropped) (file === table ? tables : images).items.add(file);
    if (images.files.length > 0) this.#images.files = images.files;
    if (table === undefined) return;
    this.#file.files = tables.files;
    void this.#load(table);
  }

  async #load(file: File | undefined): Promise<void> {
    this.#content = undefined;
    byId('batch-problem', HTMLElement).textContent = '';
    try {
      if (file !== undefined) this.#content = await readTable(file);
    } catch (error) {
      byId('batch-problem', HTMLElement).textContent = (error as Error).message;
    }
    const { columns = [], records = [] } = this.#content ?? {};
    const wanted = ['text', columns.includes('image') ? 'image' : 'image_base64', 'id'];
    this.#columns.forEach((select, index) => {
      select.replaceChildren(new Option('none', ''), ...columns.map((name) => new Option(name, name)));
      select.value = columns.includes(wanted[index] ?? '') ? (wanted[index] ?? '') : '';
    });
    byId('batch-columns', HTMLElement).hidden = this.#content === undefined;
    this.#status.textContent =
      this.#content && file ? `${file.name}: ${counted(records.length, 'post')}.` : '';
    this.#update();
  }

  async #run(): Promise<void> {
    if (this.#content === undefined || this.#limits === undefined) return;
    const [text, image, id] = this.#columns.map(({ value }) => value || undefined);
    this.#rows = toRows(this.#content, { text, image, id }, [...(this.#images.files ?? [])]);
    this.#outcomes = new Map();
    const running = new AbortController();
    this.#running = running;
    this.#table.start(this.#settings.classes);
    this.#progress.max = this.#rows.length;
    byId('batch-results', HTMLElement).hidden = false;
    this.#update();
    this.#showProgress();
    this.#show();
    this.#cancel.focus();
    await runBatch(this.#rows, {
      concurrency: byId('batch-concurrency', HTMLInputElement).valueAsNumber || 1,
      maxItems: Math.min(MAX_ITEMS, this.#limits.maxItems),
      maxBytes: Math.min(MAX_BYTES, this.#limits.maxBodyBytes * 0.9),
      signal: running.signal,
      onOutcome: (row, outcome) => {
        this.#outcomes.set(row, outcome);
        this.#refreshSoon();
      },
      onWait: (ms) => {
        byId('batch-wait', HTMLElement).textContent =
          `The server has too much to do; going on in ${Math.ceil(ms / 1000)} s.`;
      },
    });
    this.#finish(running.signal.aborted);
  }

  #finish(cancelled: boolean): void {
    this.#running = undefined;
    clearTimeout(this.#refresh);
    this.#refresh = undefined;
    this.#show();
    this.#update();
    const failed = [...this.#outcomes.values()].filter((outcome) => 'error' in outcome).length;
    const unjudged = failed > 0 ? ` ${counted(failed, 'post')} not judged.` : '';
    this.#status.textContent = `${cancelled ? 'Cancelled.' : 'Done.'} ${counted(this.#rows.length - failed, 'post')} judged.${unjudged}`;
    byId('batch-wait', HTMLElement).textContent = '';
    if (document.activeElement === document.body) this.#start.focus();
  }

  #update(): void {
    const running = this.#running !== undefined;
    this.#start.disabled = running || this.#content === undefined || this.#limits === undefined;
    this.#cancel.hidden = !running;
    this.#file.disabled = running;
    this.#images.disabled = running;
  }

  #results(): Result[] {
    return this.#rows.map((row) => resultOf(row, this.#outcomes.get(row), this.#settings));
  }

  #refreshSoon(): void {
    this.#refresh ??= setTimeout(() => {
      this.#refresh = undefined;
      this.#showProgress();
      this.#show();
    }, REFRESH_MS);
  }

  #show(): void {
    this.#progress.value = this.#outcomes.size;
    if (this.#rows.length > 0) this.#table.show(this.#results());
  }

  #showProgress(): void {
    if (this.#running === undefined) return;
    byId('batch-wait', HTMLElement).textContent = '';
    this.#status.textContent = `${this.#outcomes.size} of ${counted(this.#rows.length, 'post')}.`;
  }
}
