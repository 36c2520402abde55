import type { Shape } from '../architecture.js';

/**
 * Dimensions read off the shapes of stored tensors. What cannot be read is NaN, so that one missing tensor does not
 * hide what else is wrong: comparing the tensors with the expected ones tells about it.
 */
export class Dimensions {
  constructor(private readonly tensors: ReadonlyMap<string, { readonly shape: Shape }>) {}

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  /** Dimension `axis` of a tensor that should have `rank` of them. */
  read(name: string, axis: number, rank: number): number {
    const shape = this.tensors.get(name)?.shape;
    return shape?.length === rank ? (shape[axis] ?? Number.NaN) : Number.NaN;
  }

  /**
   * How many children a numbered list of modules has: one more than the highest index after `prefix`. An absurd index
   * does not count, and makes its tensor an unexpected one.
   */
  children(prefix: string): number {
    let highest = -1;
    for (const name of this.tensors.keys()) {
      if (!name.startsWith(prefix)) continue;
      const index = /^\d+(?=\.)/.exec(name.slice(prefix.length))?.[0];
      if (index !== undefined && Number(index) < MAX_CHILDREN) highest = Math.max(highest, Number(index));
    }
    return highest + 1;
  }
}

/** Far above any model: the largest encoders of the families have about 50 layers. */
const MAX_CHILDREN = 1000;
