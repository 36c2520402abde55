/** What is done with a post, from its probabilities: the page decides by itself, so that thresholds move at once. */
import type { Action } from './contract.js';

export const ACTIONS: readonly Action[] = ['allow', 'review', 'flag'];
export const ACTION_NAMES: Readonly<Record<Action, string>> = {
  allow: 'Allow',
  review: 'Review',
  flag: 'Flag',
};

export interface Bounds {
  /** The class is predicted from here on. */
  readonly threshold: number;
  /** A person looks at the post from here on. */
  readonly from: number;
  /** It is flagged from here on. */
  readonly to: number;
}

export interface ClassDecision extends Bounds {
  readonly name: string;
  readonly probability: number;
  readonly predicted: boolean;
  readonly action: Action;
}

export interface PostDecision {
  readonly action: Action;
  readonly classes: readonly ClassDecision[];
  /** The class that decides: the severest action, then the probability furthest beyond its threshold. */
  readonly leading: ClassDecision | undefined;
}

/**
 * The review band around a threshold: from `width` of the way to 0, up to `width` of the way to 1. Width 0 leaves
 * nothing to review, width 1 everything.
 */
export function boundsOf(threshold: number, width: number): Bounds {
  return { threshold, from: threshold * (1 - width), to: threshold + (1 - threshold) * width };
}

/** Probabilities are sound: {@link invoke} gives no others. A class without bounds is flagged. */
export function decide(
  probabilities: Readonly<Record<string, number>>,
  bounds: ReadonlyMap<string, Bounds>,
): PostDecision {
  const classes = Object.entries(probabilities).map(([name, probability]): ClassDecision => {
    const { threshold, from, to } = bounds.get(name) ?? { threshold: 0, from: 0, to: 0 };
    const action = probability >= to ? 'flag' : probability >= from ? 'review' : 'allow';
    return { name, probability, threshold, from, to, predicted: probability >= threshold, action };
  });
  const leading = classes.reduce<ClassDecision | undefined>(
    (best, next) => (best === undefined || outranks(next, best) ? next : best),
    undefined,
  );
  return { action: leading?.action ?? 'review', classes, leading };
}

function outranks(a: ClassDecision, b: ClassDecision): boolean {
  const [rankA, rankB] = [ACTIONS.indexOf(a.action), ACTIONS.indexOf(b.action)];
  return rankA === rankB ? excess(a) > excess(b) : rankA > rankB;
}

/** How far beyond its threshold, as a share of the way to 1 or to 0. */
function excess({ probability, threshold }: ClassDecision): number {
  const distance = probability - threshold;
  return distance / (distance >= 0 ? 1 - threshold || 1 : threshold || 1);
}
