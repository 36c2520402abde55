export const ACTIONS = ['allow', 'review', 'flag'] as const;
/** What is done with a post: published, shown to a person first, or held back. The later one is the stricter. */
export type Action = (typeof ACTIONS)[number];

/** The strictest of some actions; `allow` of none. Throws a RangeError for any other value. */
export function strictest(actions: Iterable<Action>): Action {
  let worst = 0;
  for (const action of actions) {
    const rank = ACTIONS.indexOf(action);
    if (rank < 0) throw new RangeError('There is an action that is none of allow, review and flag.');
    worst = Math.max(worst, rank);
  }
  return ACTIONS[worst] as Action;
}
