import { setTimeout as delay } from 'node:timers/promises';
import { isItemError, replySchema } from '../../../lib/contract/reply.js';
import { signalled } from '../../support/signalled.js';
import { Dice } from '../fuzz/dice.js';
import { soakRequest } from '../soak/traffic.js';
import { HttpClient } from '../support/http-client.js';
import { ServerProcess } from '../support/server-process.js';

/** One stop of a server under load. */
export interface DrainRound {
  /** Requests whose last byte was on its way before /ping turned 503. */
  readonly sentBefore: number;
  /** ... of them answered with a slot for every item. */
  readonly answered: number;
  /** ... of them told that the server shuts down: they met it after the signal. */
  readonly refused: number;
  /** ... of them without any reply, or with slots that shutting down cut off. */
  readonly lost: readonly string[];
  readonly exitCode: number | string;
  readonly exitMs: number;
}

const CALLERS = 24;
const PING_EVERY_MS = 2;

interface Sent {
  sentAt: number | undefined;
  outcome: 'answered' | 'refused' | 'never accepted' | { readonly lost: string };
}

/** Starts a server, loads it, sends SIGTERM at some moment, and books every request. */
export async function drainRound(
  model: string,
  seed: number,
  environment: Readonly<Record<string, string>> = {},
): Promise<DrainRound> {
  const server = new ServerProcess('dist/bin/moderate.js', ['serve', '--model', model], environment);
  try {
    await server.line('ready');
    const callers = new Callers(await server.port(), seed);
    const calling = callers.callUntilRefused();
    await callers.first.come;
    await delay(new Dice(seed, -1).between(100, 800));
    const signalledAt = performance.now();
    server.signal('SIGTERM');
    const turnedAt = await pingTurned(callers.http.port);
    const exitCode = await server.exit;
    const exitMs = Math.round(performance.now() - signalledAt);
    callers.stop();
    await calling;
    return { ...callers.book(turnedAt), exitCode, exitMs };
  } finally {
    await server.dispose();
  }
}

/** When the first /ping that was not answered with 200 had been asked. */
async function pingTurned(port: number): Promise<number> {
  const http = new HttpClient(port, 1);
  try {
    for (;;) {
      const askedAt = performance.now();
      const reply = await http.send({ method: 'GET', path: '/ping' }).catch(() => undefined);
      if (reply?.status !== 200) return askedAt;
      await delay(PING_EVERY_MS);
    }
  } finally {
    http.close();
  }
}

class Callers {
  readonly http: HttpClient;
  /** A request is on its way. */
  readonly first = signalled();
  readonly #seed: number;
  readonly #sent: Sent[] = [];
  #index = 0;
  #stopped = false;

  constructor(port: number, seed: number) {
    this.http = new HttpClient(port, CALLERS);
    this.#seed = seed;
  }

  async callUntilRefused(): Promise<void> {
    await Promise.all(Array.from({ length: CALLERS }, () => this.#call()));
    this.http.close();
  }

  stop(): void {
    this.#stopped = true;
  }

  book(turnedAt: number): Pick<DrainRound, 'sentBefore' | 'answered' | 'refused' | 'lost'> {
    const before = this.#sent.filter(({ sentAt }) => sentAt !== undefined && sentAt < turnedAt);
    const lost = before.flatMap(({ outcome }) => (typeof outcome === 'object' ? [outcome.lost] : []));
    const counted = (what: string): number => before.filter(({ outcome }) => outcome === what).length;
    return { sentBefore: before.length, answered: counted('answered'), refused: counted('refused'), lost };
  }

  async #call(): Promise<void> {
    while (!this.#stopped) {
      const sent: Sent = { sentAt: undefined, outcome: 'never accepted' };
      this.#sent.push(sent);
      sent.outcome = await this.#exchange(sent);
      if (sent.outcome === 'never accepted') return;
      if (sent.outcome === 'refused') await delay(10);
    }
  }

  async #exchange(sent: Sent): Promise<Sent['outcome']> {
    const { body, contentType, items } = soakRequest(this.#seed, this.#index++);
    const onSent = (): void => {
      sent.sentAt = performance.now();
      this.first.give();
    };
    try {
      const headers = { 'content-type': contentType };
      const reply = await this.http.send({ path: '/invocations', headers, body, onSent });
      const text = reply.body.toString();
      if (reply.status === 503 && text.includes('"shutting_down"')) return 'refused';
      if (reply.status !== 200) return reply.status < 500 ? 'answered' : { lost: `${reply.status} ${text}` };
      const cutOff = text.includes('"shutting_down"') || text.includes('"worker_failed"');
      return cutOff || !isWhole(text, items) ? { lost: `cut off: ${text.slice(0, 300)}` } : 'answered';
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ECONNREFUSED') {
        sent.sentAt = undefined;
        return 'never accepted';
      }
      return { lost: String(error) };
    }
  }
}

/** Whether a reply, in either form, has as many slots as the request had items. */
function isWhole(text: string, items: number): boolean {
  const reply = text.startsWith('{"predictions"')
    ? replySchema.parse(JSON.parse(text)).predictions
    : undefined;
  const slots = reply ?? text.split('\n').map((line) => JSON.parse(line));
  return slots.length === items && slots.every((slot) => isItemError(slot) || 'probabilities' in slot);
}
