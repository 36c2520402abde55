/**
 * Added tokens: `<eos>`, runs of newlines, HTML tags and so on, which are found in the text before byte-pair encoding.
 * User text can hold them; the original gives their ids then, and so does this.
 */
export class AddedTokens {
  readonly #ids: ReadonlyMap<string, number>;
  readonly #pattern: RegExp | undefined;

  constructor(tokens: readonly (readonly [content: string, id: number])[]) {
    this.#ids = new Map(tokens);
    // At the leftmost place the longest token wins: an alternation tries its members in order.
    const contents = [...this.#ids.keys()].sort((a, b) => b.length - a.length);
    this.#pattern =
      contents.length === 0 ? undefined : new RegExp(contents.map(escapePattern).join('|'), 'g');
  }

  /** The text between added tokens (strings, not empty) and the added tokens (ids), in order, one by one. */
  *split(text: string): Generator<string | number> {
    let position = 0;
    for (const { 0: content, index } of this.#pattern === undefined ? [] : text.matchAll(this.#pattern)) {
      if (index > position) yield text.slice(position, index);
      yield this.#ids.get(content) as number; // the pattern matches nothing but keys
      position = index + content.length;
    }
    if (position < text.length) yield text.slice(position);
  }
}

const escapePattern = (content: string): string => content.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
