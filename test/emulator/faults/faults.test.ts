import { expect, test } from '@jest/globals';
import { atRandom, type Call, inTurn } from '../../../lib/emulator/faults/fault.js';
import { NAMED_FAULTS, parseRates } from '../../../lib/emulator/faults/named.js';

const call: Call = { operation: 'InvokeEndpoint', endpointName: 'e', number: 1, body: Buffer.alloc(0) };

test('faults in turn come once each, and gaps let calls pass', () => {
  const policy = inTurn({ kind: 'throttle' }, undefined, { kind: 'hang' });
  expect([1, 2, 3, 4].map(() => policy(call)?.kind)).toEqual(['throttle', undefined, 'hang', undefined]);
});

test('faults at random are as frequent as their rates say, and the same for the same seed', () => {
  const rates = [
    { fault: { kind: 'throttle' }, rate: 0.3 },
    { fault: { kind: 'hang' }, rate: 0.1 },
  ] as const;
  const kinds = (seed: number): (string | undefined)[] => {
    const policy = atRandom(rates, seed);
    return Array.from({ length: 5000 }, () => policy(call)?.kind);
  };
  const drawn = kinds(1);
  const share = (kind: string | undefined): number => drawn.filter((other) => other === kind).length / 5000;
  expect(share('throttle')).toBeCloseTo(0.3, 1);
  expect(share('hang')).toBeCloseTo(0.1, 1);
  expect(kinds(1)).toEqual(drawn);
  expect(kinds(2)).not.toEqual(drawn);
});

test('rates are read from the command line', () => {
  expect(parseRates('throttle=0.1,reset=1e-2')).toEqual([
    { fault: NAMED_FAULTS.throttle, rate: 0.1 },
    { fault: NAMED_FAULTS.reset, rate: 0.01 },
  ]);
  for (const wrong of ['', 'throttle', 'throttle=', 'throttle=2', 'throttle=-1', 'toString=0.1', 'slow=x']) {
    expect(parseRates(wrong)).toMatch(/is none of throttle\|/);
  }
  expect(parseRates('throttle=0.6,reset=0.6')).toMatch(/add up to 1.2/);
});
