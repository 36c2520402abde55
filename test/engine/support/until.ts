const LIMIT_MS = 20_000;

/** Waits until a condition holds. Rejects with what `otherwise` says when it does not come to hold. */
export async function until(condition: () => boolean, otherwise: () => string): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(otherwise());
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
