/**
 * Milliseconds after which something counts as hanging, not as slow: several times what the slowest takes on a machine
 * that is busy with other work. It lies below Jest's own limit (`jest.config.mjs`), so that the reason is told.
 */
export const PATIENCE_MS = 240_000;
