import type { HttpClient } from './http-client.js';

/** One scrape of /metrics. */
export class Scrape {
  readonly #samples: readonly { readonly name: string; readonly labels: string; readonly value: number }[];

  private constructor(text: string) {
    this.#samples = text
      .split('\n')
      .map((line) => /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line))
      .filter((match) => match !== null)
      .map(([, name = '', labels = '', value]) => ({ name, labels, value: Number(value) }));
  }

  static async of(http: HttpClient): Promise<Scrape> {
    const { status, body } = await http.send({ method: 'GET', path: '/metrics' });
    if (status !== 200) throw new Error(`/metrics answered ${status}.`);
    return new Scrape(body.toString());
  }

  /** The sum of a metric's samples whose labels hold this text, 0 if there is none. */
  sum(name: string, labels = ''): number {
    return this.#samples
      .filter((sample) => sample.name === name && sample.labels.includes(labels))
      .reduce((total, { value }) => total + value, 0);
  }

  /** The values of a metric by one of its labels. */
  by(name: string, label: string): Map<string, number> {
    const values = new Map<string, number>();
    for (const sample of this.#samples) {
      if (sample.name !== name) continue;
      const key = new RegExp(`\\b${label}="([^"]*)"`).exec(sample.labels)?.[1] ?? '';
      values.set(key, (values.get(key) ?? 0) + sample.value);
    }
    return values;
  }
}
