import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Batcher } from '../../../lib/engine/scheduling/batcher.js';
import { Urgency } from '../../../lib/engine/scheduling/urgency.js';
import { FakeClock } from '../../support/fake-clock.js';
import { FakeBackend, fulfilled, rejected } from '../support/fake-backend.js';

interface Item {
  readonly name: number;
  readonly weight: number;
}

/** What happens to a batcher, step by step. */
type Step =
  | { readonly do: 'submit'; readonly weight: number; readonly patient?: boolean }
  | { readonly do: 'abort' | 'want'; readonly which: number }
  | { readonly do: 'finish' | 'fail' | 'lose' | 'turn' | 'leave' | 'return' }
  | { readonly do: 'reject'; readonly which: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('submit' as const),
      weight: fc.integer({ min: 1, max: 64 }),
      patient: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('abort' as const), which: fc.nat(40) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('want' as const), which: fc.nat(40) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reject' as const), which: fc.nat(10) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom(
        ...([
          'finish',
          'finish',
          'finish',
          'fail',
          'lose',
          'turn',
          'turn',
          'turn',
          'leave',
          'return',
        ] as const),
      ),
    }),
  },
);

const workers = fc.integer({ min: 1, max: 3 });
const BOUNDS = { maxItems: 4, maxCost: 100 };
const CAPACITY = 12;

/** One batcher under a script, and the record of all that it did. */
class Trial {
  readonly clock = new FakeClock();
  readonly backend: FakeBackend<Item>;
  readonly settled = new Map<number, string>();
  readonly abortedWhileQueued = new Set<number>();
  readonly refused = new Set<number>();
  readonly controllers: AbortController[] = [];
  readonly urgencies: Urgency[] = [];
  /** Batches that started with nothing but items that were not wanted. */
  unwanted = 0;
  readonly problems: string[] = [];
  readonly batcher: Batcher<Item, string>;

  constructor(workers = 1) {
    this.backend = new FakeBackend<Item>(workers);
    const run = this.backend.run.bind(this.backend);
    this.backend.run = (items) => {
      if (items.every(({ name }) => !this.urgencies[name]?.urgent)) this.unwanted += 1;
      return run(items);
    };
    this.batcher = new Batcher<Item, string>({
      backend: this.backend,
      bounds: BOUNDS,
      capacity: CAPACITY,
      weigh: ({ weight }) => weight,
      retriesAlone: (error) => (error as Error).message !== 'lost',
      clock: this.clock,
    });
  }

  async perform(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      await this.#perform(step);
      if (this.batcher.queued > CAPACITY + BOUNDS.maxItems)
        this.problems.push('The queue exceeds its capacity.');
    }
  }

  /** Lets everything that was submitted come to its end. */
  async end(): Promise<void> {
    for (const urgency of this.urgencies) urgency.raise();
    this.backend.comeBack();
    for (let round = 0; round < 200 && this.batcher.queued + this.batcher.running > 0; round++) {
      await this.clock.turn();
      this.backend.finish();
      await this.clock.turn();
    }
  }

  async #perform(step: Step): Promise<void> {
    switch (step.do) {
      case 'submit':
        return this.#submit(step.weight, step.patient ?? false);
      case 'want':
        return this.urgencies[step.which]?.raise();
      case 'abort':
        return this.#abort(step.which);
      case 'finish':
        return this.backend.finish();
      case 'reject': {
        let index = 0;
        return this.backend.finish((item) =>
          index++ === step.which ? rejected('bad item') : fulfilled(item),
        );
      }
      case 'fail':
        return this.backend.fail(new Error('bad batch'));
      case 'lose':
        return this.backend.fail(new Error('lost'));
      case 'leave':
        this.backend.up = false;
        return;
      case 'return':
        return this.backend.comeBack();
      case 'turn':
        return this.clock.turn();
    }
  }

  #submit(weight: number, patient: boolean): void {
    const name = this.controllers.length;
    const controller = new AbortController();
    this.controllers.push(controller);
    const urgency = new Urgency(!patient);
    this.urgencies.push(urgency);
    const wasFull = this.batcher.queued >= CAPACITY;
    const settle = (how: string) => {
      if (this.settled.has(name)) this.problems.push(`Item ${name} settled twice.`);
      this.settled.set(name, how);
    };
    this.batcher.submit({ name, weight }, { signal: controller.signal, urgency }).then(
      () => settle('answered'),
      (reason) => settle(String(reason)),
    );
    if (wasFull) this.refused.add(name);
  }

  #abort(which: number): void {
    const controller = this.controllers[which];
    if (controller === undefined || controller.signal.aborted) return;
    const queuedBefore = this.batcher.queued;
    controller.abort('left');
    if (this.batcher.queued < queuedBefore) this.abortedWhileQueued.add(which);
  }
}

describe('whatever happens to a batcher', () => {
  test('every item settles once; none is lost, computed after its caller left, or accepted beyond the capacity', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), workers, async (steps, count) => {
        const trial = new Trial(count);
        await trial.perform(steps);
        const before = trial.backend.batches.length;
        await trial.end();

        expect(trial.problems).toEqual([]);
        expect([...trial.settled.keys()].sort((a, b) => a - b)).toEqual(
          trial.controllers.map((_, name) => name),
        );
        for (const name of trial.refused) expect(trial.settled.get(name)).toMatch(/queue is full/);

        const computed = trial.backend.batches.map((batch) => batch.map(({ name }) => name));
        for (const name of trial.refused) expect(computed.flat()).not.toContain(name);
        for (const name of trial.abortedWhileQueued) {
          // It may have run before, in a batch that failed and sent it back to the queue, but never afterwards.
          const timesAfter = computed.slice(before).filter((batch) => batch.includes(name)).length;
          expect(timesAfter).toBe(0);
        }
        expect(trial.batcher.queued + trial.batcher.running).toBe(0);
      }),
      { numRuns: 400, seed: 20 },
    );
  });

  test('no batch exceeds its bounds, and no item runs more than twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), workers, async (steps, count) => {
        const trial = new Trial(count);
        await trial.perform(steps);
        await trial.end();
        const runs = new Map<number, number>();
        for (const batch of trial.backend.batches) {
          const widest = Math.max(...batch.map(({ weight }) => weight));
          expect(batch.length).toBeLessThanOrEqual(BOUNDS.maxItems);
          if (batch.length > 1) expect(widest * batch.length).toBeLessThanOrEqual(BOUNDS.maxCost);
          for (const { name } of batch) runs.set(name, (runs.get(name) ?? 0) + 1);
        }
        expect(Math.max(0, ...runs.values())).toBeLessThanOrEqual(2);
      }),
      { numRuns: 400, seed: 21 },
    );
  });

  test('no batch starts for items that nobody wants yet, unless one failed and they run alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), workers, async (steps, count) => {
        const trial = new Trial(count);
        await trial.perform(steps.filter((one) => one.do !== 'fail'));
        expect(trial.unwanted).toBe(0);
      }),
      { numRuns: 400, seed: 23 },
    );
  });

  test('an item with p older ones before it starts in one of the next p + 1 batches, however ill its length fits', async () => {
    const weights = fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: CAPACITY });
    await fc.assert(
      fc.asyncProperty(
        weights,
        fc.array(fc.integer({ min: 1, max: 64 }), { maxLength: 20 }),
        async (first, later) => {
          const trial = new Trial();
          await trial.perform(first.map((weight) => ({ do: 'submit', weight })));
          await trial.clock.turn();
          // Newer items keep coming while the older ones wait.
          for (const weight of later) {
            await trial.perform([{ do: 'submit', weight }, { do: 'finish' }, { do: 'turn' }]);
          }
          await trial.end();
          const startOf = (name: number) =>
            trial.backend.batches.findIndex((batch) => batch.some((item) => item.name === name));
          for (const name of first.keys()) {
            expect(startOf(name)).toBeGreaterThanOrEqual(0);
            expect(startOf(name)).toBeLessThanOrEqual(name);
          }
        },
      ),
      { numRuns: 300, seed: 22 },
    );
  });
});
