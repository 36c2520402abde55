import { PATIENCE_MS } from './patience.js';

/** Waits until a condition holds. Rejects with what `otherwise` says when it does not come to hold. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  otherwise: () => string = () => `This never came to hold: ${condition}`,
): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(otherwise());
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
