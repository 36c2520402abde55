/** What computes batches: worker threads in production, a script in tests. */
export interface Backend<Input, Output> {
  /** How many batches it would start at once if they were given now. */
  readonly free: number;
  /**
   * Computes a batch. Resolves to one outcome per item, in order, so that an item can fail on its own; rejects when the
   * batch failed as a whole. Called only while `free` is above zero.
   */
  run(items: readonly Input[]): Promise<readonly PromiseSettledResult<Output>[]>;
  /** Registers who is told when `free` rises for another reason than the end of a run (a worker came up). */
  onFree(listener: () => void): void;
}
