import { type ErrorCode, ModerationError } from '../contract/errors.js';

/** Findings that an error spells out; a hostile file could otherwise make a message of any length. */
const MAX_LISTED = 100;

/** Collects what is wrong with an input, so that one error can tell all of it. */
export class Findings {
  readonly #all: string[] = [];

  add(finding: string): void {
    this.#all.push(finding);
  }

  get count(): number {
    return this.#all.length;
  }

  get empty(): boolean {
    return this.count === 0;
  }

  /** Throws a {@link ModerationError} that lists every finding, or does nothing when there is none. */
  raise(code: ErrorCode, headline: string): void {
    if (this.empty) return;
    const listed = this.#all.slice(0, MAX_LISTED).map((finding) => `\n- ${finding}`);
    const left = this.#all.length - listed.length;
    if (left > 0) listed.push(`\n- and ${left} more`);
    throw new ModerationError(code, `${headline}:${listed.join('')}`);
  }
}

/** A name or value from a file as it may stand in a message: quoted, control characters escaped, of bounded length. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 120 ? text : `${text.slice(0, 117)}…`;
}
