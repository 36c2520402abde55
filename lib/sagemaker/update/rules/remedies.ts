import type { Remedy } from './rule.js';

export const ALL_AT_ONCE = { adjust: { rollout: 'all-at-once' } } as const satisfies Remedy;

/** Without alarms and waiting; it takes the place of every other way to roll out. */
export const UNGUARDED = { adjust: { rollout: 'none' } } as const satisfies Remedy;
