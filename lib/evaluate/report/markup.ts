/** HTML that is safe to embed: values in its templates are escaped, so names from data stay text. */
export class Markup {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

export type Content = Markup | string | number | undefined | readonly Content[];

/** Builds HTML. Strings and numbers are escaped, markup is kept, lists are joined, `undefined` leaves nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(strings.map((part, index) => part + markupOf(values[index])).join(''));
}

/** A name from the data: its direction of writing cannot reorder the text around it. */
export function name(text: string): Markup {
  return html`<bdi>${printable(text)}</bdi>`;
}

/**
 * Names come from files and may hold anything: control characters and those that reorder text are shown as U+FFFD, and
 * beyond the limit comes an ellipsis.
 */
export function printable(text: string, limit = 120): string {
  const shown = text.replace(/\p{Cc}|\p{Cs}|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
  const characters = [...shown];
  return characters.length <= limit ? characters.join('') : `${characters.slice(0, limit - 1).join('')}…`;
}

function markupOf(value: Content): string {
  if (value === undefined) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
  return value.map(markupOf).join('');
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}
