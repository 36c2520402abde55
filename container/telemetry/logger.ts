import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Log bytes that may wait for a reader who does not read; lines beyond are dropped, the service goes on. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

/** Standard output, written to without blocking. `flush` calls back when all is written. */
export function standardOutput(): DestinationStream & { flush(done: () => void): void } {
  // With a minimum length of 0 flushing would not wait.
  return pino.destination({ dest: 1, sync: false, minLength: 1, maxLength: MAX_WAITING_BYTES });
}

/**
 * JSON lines with the level by name and the time in ISO 8601. Callers log what they know about a request: ids, counts,
 * codes and times, never its content.
 */
export function createLogger(level: LogLevel, stream: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
}
