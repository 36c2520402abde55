import type { LaneName } from './lane.js';

/**
 * The permits of one post. It holds one for its text and one for each image from its admission on; how many parts there
 * are shows when they are read.
 */
export interface PostPermits {
  /**
   * Takes permits for the parts beyond the first of each text or image, as far as there are any.
   *
   * @returns how many parts may be under way at a time, 1 or more; the others take their turns
   */
  expand(lane: LaneName, parts: number): number;
}

/** Runs a task for each item, at most `limit` at a time, and gives the results in order. Rejects with the first failure. */
export async function mapLimited<Item, Result>(
  items: readonly Item[],
  limit: number,
  task: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  if (items.length <= limit) return Promise.all(items.map(task));
  const results: Result[] = new Array(items.length);
  const todo = items.entries();
  let failed = false;
  const work = async () => {
    for (const [index, item] of todo) {
      if (failed) return;
      try {
        results[index] = await task(item, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: limit }, work));
  return results;
}
