import { CommanderError } from 'commander';
import { EXIT } from './failure.js';

/** Ends a command whose options do not go together, as the parser itself does with options that are wrong alone. */
export function wrongCall(message: string): never {
  console.error(`error: ${message}`);
  throw new CommanderError(EXIT.usage, 'moderate.wrongCall', message);
}
