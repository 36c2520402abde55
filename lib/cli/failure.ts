import { ModerationError } from '../contract/errors.js';
import { explainExhaustion } from '../contract/exhaustion.js';

export const EXIT = { success: 0, failure: 1, usage: 2, interrupted: 130 } as const;

/** Tells on stderr what went wrong and how to mend it; a stack only for defects, and only when asked. */
export function reportFailure(thrown: unknown): number {
  const error = explainExhaustion(thrown);
  if (isAbort(error)) {
    console.error('moderate: interrupted; nothing half-made was left behind');
    return EXIT.interrupted;
  }
  if (error instanceof ModerationError) {
    console.error(`moderate: ${error.message} [${error.code}]\n  ${error.definition.remedy}`);
    return EXIT.failure;
  }
  const message = error instanceof Error ? error.message : String(error);
  console.error(`moderate: ${message}`);
  if (process.env['MODERATION_DEBUG'] && error instanceof Error) console.error(error.stack);
  else console.error('  Set MODERATION_DEBUG=1 to see where it happened.');
  return EXIT.failure;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
