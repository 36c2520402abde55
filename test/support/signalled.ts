/** Something that one part of a test waits for and another brings about. */
export interface Signalled {
  /** Resolves once it was given. */
  readonly come: Promise<void>;
  give(): void;
}

export function signalled(): Signalled {
  let give = (): void => undefined;
  const come = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { come, give };
}
