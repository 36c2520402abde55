import { expect, test } from '@jest/globals';
import { drainRound } from './drain.js';

test.each([101, 102, 103])(
  'a server stopped under load loses no request that it accepted (%i)',
  async (seed) => {
    const round = await drainRound('models/demo', seed);
    expect(round).toMatchObject({ lost: [], exitCode: 0 });
    expect(round.sentBefore).toBeGreaterThan(0);
  },
);
