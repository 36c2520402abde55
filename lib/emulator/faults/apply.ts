import type { Clock } from '../../time/clock.js';
import { AwsError } from '../http/aws-error.js';
import type { ContainerAnswer } from '../runtime/container.js';
import type { Fault } from './fault.js';

/** The connection is to be reset without an answer. */
export class ConnectionReset extends Error {}

export interface FaultyAnswer extends ContainerAnswer {
  /** The connection breaks in the middle of the body. */
  readonly cutShort: boolean;
}

/** The faults that strike a call before anything is done with it. Throws AwsError. */
export function refuse(fault: Fault | undefined): void {
  if (fault?.kind === 'throttle') throw new AwsError(400, 'ThrottlingException', 'Rate exceeded');
  if (fault?.kind === 'aws') {
    throw new AwsError(
      fault.status,
      fault.type,
      fault.message ?? 'A fault that the emulator was told to make.',
    );
  }
}

/** The container's answer, struck by the fault. Rejects with ConnectionReset, AwsError or what `ask` rejects with. */
export async function strike(
  fault: Fault | undefined,
  ask: () => Promise<ContainerAnswer>,
  { signal, clock }: { readonly signal: AbortSignal; readonly clock: Clock },
): Promise<FaultyAnswer> {
  refuse(fault);
  switch (fault?.kind) {
    case 'hang':
      await forever(signal);
      throw new ConnectionReset();
    case 'container':
      return { status: fault.status, headers: JSON_HEADERS, body: bodyOf(fault.body ?? ''), cutShort: false };
    case 'reset':
      if (fault.when === 'before') throw new ConnectionReset();
      return { ...(await ask()), cutShort: true };
    case 'slow': {
      const answer = await ask();
      await passing(fault.ms, signal, clock);
      return { ...answer, cutShort: false };
    }
    case 'rewrite': {
      const answer = await ask();
      return { ...answer, body: Buffer.from(fault.rewrite(answer.body)), cutShort: false };
    }
    default:
      return { ...(await ask()), cutShort: false };
  }
}

const JSON_HEADERS = { 'content-type': 'application/json' };

function bodyOf(body: string | object): Buffer {
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

/** Resolves after the time, or when the signal fires. */
function passing(ms: number, signal: AbortSignal, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(ms, end);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}

function forever(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
