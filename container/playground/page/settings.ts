/** Thresholds and review band: one for all tabs, kept in memory only. */
import { type Bounds, boundsOf } from './decide.js';

export const DEFAULT_BAND = 0.3;

export class Settings {
  #defaults = new Map<string, number>();
  #moved = new Map<string, number>();
  #band = DEFAULT_BAND;
  readonly #listeners: (() => void)[] = [];

  /** The thresholds of the model; those that were moved stay where they are. */
  setDefaults(thresholds: Readonly<Record<string, number>>): void {
    this.#defaults = new Map(Object.entries(thresholds));
    for (const name of this.#moved.keys()) if (!this.#defaults.has(name)) this.#moved.delete(name);
    this.#changed();
  }

  get classes(): readonly string[] {
    return [...this.#defaults.keys()];
  }

  /** The width of the review band, 0 to 1. */
  get band(): number {
    return this.#band;
  }

  set band(width: number) {
    this.#band = width;
    this.#changed();
  }

  threshold(name: string): number {
    return this.#moved.get(name) ?? this.#defaults.get(name) ?? 0;
  }

  move(name: string, threshold: number): void {
    if (threshold === this.#defaults.get(name)) this.#moved.delete(name);
    else this.#moved.set(name, threshold);
    this.#changed();
  }

  /** The thresholds that differ from the model's. */
  get moved(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#moved);
  }

  get untouched(): boolean {
    return this.#moved.size === 0 && this.#band === DEFAULT_BAND;
  }

  reset(): void {
    this.#moved.clear();
    this.#band = DEFAULT_BAND;
    this.#changed();
  }

  bounds(): ReadonlyMap<string, Bounds> {
    return new Map(this.classes.map((name) => [name, boundsOf(this.threshold(name), this.#band)]));
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
