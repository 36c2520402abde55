/** Whether a result is wanted now, or may wait for others to be computed with. It only rises. */
export class Urgency {
  #urgent: boolean;
  #listeners: (() => void)[] = [];

  constructor(urgent: boolean) {
    this.#urgent = urgent;
  }

  get urgent(): boolean {
    return this.#urgent;
  }

  raise(): void {
    this.#urgent = true;
    for (const listener of this.#listeners.splice(0)) listener();
  }

  /** Calls the listener once: at once if it is urgent already. */
  whenRaised(listener: () => void): void {
    if (this.#urgent) listener();
    else this.#listeners.push(listener);
  }
}

/** Of what is wanted as soon as it can be had. */
export const URGENT = new Urgency(true);
