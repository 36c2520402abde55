/** What something that takes minutes is doing: one line that stays in place on a terminal, a line a change elsewhere. */
export class StatusLine {
  #told = '';
  readonly #startedAt = performance.now();

  update(status: string): void {
    const { stderr } = process;
    if (stderr.isTTY) stderr.write(`\r\x1b[K${status}, ${this.#elapsed()}`);
    else if (status !== this.#told) stderr.write(`${status}\n`);
    this.#told = status;
  }

  stop(): void {
    if (process.stderr.isTTY && this.#told !== '') process.stderr.write('\n');
    this.#told = '';
  }

  #elapsed(): string {
    const seconds = Math.round((performance.now() - this.#startedAt) / 1000);
    return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  }
}
