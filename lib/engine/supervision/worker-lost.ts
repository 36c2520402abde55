import { ModerationError } from '../../contract/errors.js';

/**
 * The worker ended or hung before it answered. Its items can be sent again; nothing is known about which was at fault.
 * The message is for callers; what a crashed worker said stays in `cause`.
 */
export class WorkerLost extends ModerationError {
  constructor(worker: string, reason: string, cause?: unknown) {
    super('worker_failed', `The ${worker} worker was lost before it answered: ${reason}.`, { cause });
  }
}
