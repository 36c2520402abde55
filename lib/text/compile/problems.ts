import { ModerationError } from '../../contract/errors.js';

const MAX_LISTED = 20;

/** Throws `checkpoint_invalid` with the problems, one a line, or does nothing when there are none. */
export function refuse(headline: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  const lines = problems.slice(0, MAX_LISTED);
  if (problems.length > lines.length) lines.push(`and ${problems.length - lines.length} more`);
  throw new ModerationError('checkpoint_invalid', `tokenizer.json ${headline}:\n- ${lines.join('\n- ')}`);
}

/** A value from the file as it may stand in a message: escaped and of bounded length. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 120 ? text : `${text.slice(0, 119)}…`;
}
