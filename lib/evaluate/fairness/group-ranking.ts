import type { Background } from './background.js';
import { MINIMUM_SIDE } from './minimum-side.js';

export interface GroupCounts {
  positives: number;
  negatives: number;
  flaggedPositives: number;
  flaggedNegatives: number;
  /** Twice the pairs of a positive above a negative (ties once), both in the group. */
  within: number;
  /** The same of all positives and the group's negatives. */
  allPositives: number;
  /** The same of the group's positives and all negatives. */
  allNegatives: number;
}

/** The members of a group by falling score. */
export class GroupRanking {
  readonly #background: Background;
  /** Two entries a member: row · 4 + label · 2 + flag, and its rank among distinct scores. */
  readonly #members: Uint32Array;
  readonly enoughPositives: boolean;
  readonly enoughNegatives: boolean;
  readonly enoughBackgroundPositives: boolean;
  readonly enoughBackgroundNegatives: boolean;

  constructor(background: Background, members: Uint8Array, labels: Uint8Array, flags: Uint8Array) {
    this.#background = background;
    const rank = background.rankOf;
    const rows: number[] = [];
    let allPositives = 0;
    members.forEach((member, row) => {
      allPositives += labels[row] as number;
      if (member === 1) rows.push(row);
    });
    rows.sort((a, b) => (rank[a] as number) - (rank[b] as number));
    this.#members = Uint32Array.from(
      rows.flatMap((row) => [
        row * 4 + (labels[row] as number) * 2 + (flags[row] as number),
        rank[row] as number,
      ]),
    );
    const positives = rows.reduce((sum, row) => sum + (labels[row] as number), 0);
    this.enoughPositives = positives >= MINIMUM_SIDE;
    this.enoughNegatives = rows.length - positives >= MINIMUM_SIDE;
    this.enoughBackgroundPositives = allPositives - positives >= MINIMUM_SIDE;
    this.enoughBackgroundNegatives =
      members.length - rows.length - (allPositives - positives) >= MINIMUM_SIDE;
  }

  /** After `background.measure` of the same counts. */
  measure(counts: Uint8Array): GroupCounts {
    const members = this.#members;
    const { twicePositivesAbove, twiceNegativesBelow } = this.#background;
    const sums = new GroupSums();
    for (let index = 0; index < members.length; index += 2) {
      const entry = members[index] as number;
      const rank = members[index + 1] as number;
      const count = counts[entry >>> 2] as number;
      if (rank !== sums.rank) sums.nextRank(rank);
      const flagged = count * (entry & 1);
      if ((entry & 2) === 0) {
        sums.tiedNegatives += count;
        sums.flaggedNegatives += flagged;
        sums.allPositives += count * (twicePositivesAbove[rank] as number);
      } else {
        sums.tiedPositives += count;
        sums.flaggedPositives += flagged;
        sums.allNegatives += count * (twiceNegativesBelow[rank] as number);
      }
    }
    sums.nextRank(-1);
    return sums;
  }
}

class GroupSums implements GroupCounts {
  rank = -1;
  tiedPositives = 0;
  tiedNegatives = 0;
  positives = 0;
  negatives = 0;
  flaggedPositives = 0;
  flaggedNegatives = 0;
  within = 0;
  allPositives = 0;
  allNegatives = 0;

  nextRank(rank: number): void {
    this.within += this.tiedNegatives * (2 * this.positives + this.tiedPositives);
    this.positives += this.tiedPositives;
    this.negatives += this.tiedNegatives;
    this.tiedPositives = 0;
    this.tiedNegatives = 0;
    this.rank = rank;
  }
}
