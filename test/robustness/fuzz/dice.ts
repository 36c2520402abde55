import { Random } from '../../../lib/numeric/random.js';

/** What one case is made of: the same seed and index give the same case on every machine. */
export class Dice {
  readonly #random: Random;

  constructor(seed: number, index: number) {
    this.#random = new Random(`${seed}/${index}`);
  }

  /** A whole number from 0 up to, not including, `bound`. */
  below(bound: number): number {
    return Math.floor(this.#random.uniform() * bound);
  }

  between(min: number, max: number): number {
    return min + this.below(max - min + 1);
  }

  chance(probability: number): boolean {
    return this.#random.uniform() < probability;
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new RangeError('There is nothing to pick from.');
    return choice;
  }

  /** One of the values, each as likely as its weight says. */
  weighted<T>(choices: readonly (readonly [weight: number, value: T])[]): T {
    let left = this.#random.uniform() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of choices) {
      left -= weight;
      if (left < 0) return value;
    }
    return this.pick(choices)[1];
  }

  bytes(count: number): Buffer {
    return Buffer.from(Array.from({ length: count }, () => this.below(256)));
  }

  shuffled<T>(values: readonly T[]): T[] {
    const keyed = values.map((value) => [this.#random.uniform(), value] as const);
    return keyed.sort(([a], [b]) => a - b).map(([, value]) => value);
  }
}
