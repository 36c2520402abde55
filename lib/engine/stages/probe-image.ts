/** A PNG of one grey pixel: what a new worker is tried on. */
export const PROBE_IMAGE: Uint8Array = Uint8Array.from(
  Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mNoaGgAAAMEAYF1LgG8AAAAAElFTkSuQmCC',
    'base64',
  ),
);
