/** Milliseconds by stage of one request: of several items, each stage keeps its slowest. */
export class StageTimes {
  readonly #ms = new Map<string, number>();

  set(stage: string, ms: number): void {
    this.#ms.set(stage, ms);
  }

  async measure<T>(stage: string, run: () => Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await run();
    this.set(stage, performance.now() - start);
    return result;
  }

  merge(timings: Readonly<Record<string, number>>): void {
    for (const [stage, ms] of Object.entries(timings)) {
      this.#ms.set(stage, Math.max(ms, this.#ms.get(stage) ?? 0));
    }
  }

  /** Rounded to microseconds. */
  toJSON(): Record<string, number> {
    return Object.fromEntries([...this.#ms].map(([stage, ms]) => [stage, Math.round(ms * 1000) / 1000]));
  }
}
