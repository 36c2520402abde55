import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Gate, type Passage } from '../../../lib/client/delivery/gate.js';

const never = new AbortController().signal;

/** Whether the promise has settled by the time all microtasks have run. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  promise.then(
    () => {
      done = true;
    },
    () => {
      done = true;
    },
  );
  await new Promise((resolve) => setImmediate(resolve));
  return done;
}

test('a gate lets as many in as it has places, the others in the order in which they came', async () => {
  const gate = new Gate(2);
  const first = await gate.enter(never);
  await gate.enter(never);
  const order: number[] = [];
  const waiting = [1, 2].map(async (number) => {
    const passage = await gate.enter(never);
    order.push(number);
    return passage;
  });
  expect(await settled(Promise.race(waiting))).toBe(false);
  first.leave(false);
  (await waiting[0])?.leave(false);
  await waiting[1];
  expect(order).toEqual([1, 2]);
});

test('overload halves the places once for all requests that were on the way together', async () => {
  const gate = new Gate(8);
  const together = await Promise.all(Array.from({ length: 8 }, () => gate.enter(never)));
  for (const passage of together) passage.leave(true);
  const after = await Promise.all(Array.from({ length: 4 }, () => gate.enter(never)));
  expect(await settled(gate.enter(never))).toBe(false);
  expect(after).toHaveLength(4);
});

test('there is always one place, and answers bring the others back', async () => {
  const gate = new Gate(4);
  for (let round = 0; round < 10; round += 1) (await gate.enter(never)).leave(true);
  const only = await gate.enter(never);
  const second = gate.enter(never);
  expect(await settled(second)).toBe(false);
  only.leave(false);
  (await second).leave(false);
  for (let round = 0; round < 30; round += 1) (await gate.enter(never)).leave(false);
  await Promise.all(Array.from({ length: 4 }, () => gate.enter(never)));
});

test('one who stops waiting gives the turn to the next', async () => {
  const gate = new Gate(1);
  const inside = await gate.enter(never);
  const impatient = new AbortController();
  const left = gate.enter(impatient.signal);
  const next = gate.enter(never);
  impatient.abort(new Error('enough'));
  await expect(left).rejects.toThrow('enough');
  inside.leave(false);
  await next;
});

test('a turn that is called in the very moment of leaving is not lost', async () => {
  const gate = new Gate(1);
  const inside = await gate.enter(never);
  const impatient = new AbortController();
  const left = gate.enter(impatient.signal);
  const next = gate.enter(never);
  impatient.abort(new Error('enough'));
  inside.leave(false);
  await Promise.allSettled([left]);
  await next;
});

test('property: never more inside than places, and everyone gets in', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.boolean(), { maxLength: 40 }),
      async (max, loads) => {
        const gate = new Gate(max);
        let inside = 0;
        const visit = async (overloaded: boolean): Promise<void> => {
          const passage: Passage = await gate.enter(never);
          inside += 1;
          expect(inside).toBeLessThanOrEqual(max);
          await new Promise((resolve) => setImmediate(resolve));
          inside -= 1;
          passage.leave(overloaded);
        };
        await Promise.all(loads.map(visit));
        expect(inside).toBe(0);
      },
    ),
    { numRuns: 100 },
  );
});
