import {
  errorReplySchema,
  isItemError,
  replySchema,
  type Slot,
  slotSchema,
} from '../../../lib/contract/reply.js';
import type { HttpReply } from '../support/http-client.js';
import type { SoakRequest } from './traffic.js';

/** Every item that was sent, by how it ended. What is none of these is unaccounted for. */
export class Ledger {
  sentItems = 0;
  sentRequests = 0;
  answered = 0;
  /** In a slot of a 200, by code. */
  readonly failed = new Map<string, number>();
  /** With the whole request, by code; counted in items, a request without any as none. */
  readonly refused = new Map<string, number>();
  readonly refusedRequests = new Map<string, number>();
  /** Their caller left before the reply. */
  abandoned = 0;
  /** Nobody was there to take the request: it was never sent, or the server restarted. */
  unsent = 0;
  readonly unaccounted: string[] = [];

  send({ items }: SoakRequest): void {
    this.sentRequests += 1;
    this.sentItems += items;
  }

  reply(request: SoakRequest, reply: HttpReply): void {
    try {
      if (reply.status === 200) this.#slots(request, slotsOf(request, reply));
      else this.#refusal(request, reply);
    } catch (error) {
      this.unaccounted.push(`${request.items} items: ${(error as Error).message.slice(0, 200)}`);
    }
  }

  abandon({ items }: SoakRequest): void {
    this.abandoned += items;
  }

  neverSent({ items }: SoakRequest): void {
    this.unsent += items;
  }

  lose({ items }: SoakRequest, why: string): void {
    this.unaccounted.push(`${items} items: ${why}`);
  }

  get accounted(): number {
    return this.answered + sum(this.failed) + sum(this.refused) + this.abandoned + this.unsent;
  }

  #slots({ items }: SoakRequest, slots: readonly Slot[]): void {
    if (slots.length !== items) throw new Error(`${slots.length} slots`);
    for (const slot of slots) {
      if (isItemError(slot)) count(this.failed, slot.error.code, 1);
      else this.answered += 1;
    }
  }

  #refusal({ items }: SoakRequest, { status, body }: HttpReply): void {
    const { code } = errorReplySchema.parse(JSON.parse(body.toString())).error;
    if (code === 'internal') throw new Error(`${status} ${code}`);
    count(this.refused, code, items);
    count(this.refusedRequests, code, 1);
  }
}

function slotsOf({ contentType }: SoakRequest, { body }: HttpReply): Slot[] {
  const text = body.toString();
  if (contentType === 'application/json') return replySchema.parse(JSON.parse(text)).predictions;
  return text.split('\n').map((line) => slotSchema.parse(JSON.parse(line)));
}

function count(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

export function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, value) => total + value, 0);
}
