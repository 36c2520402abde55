/** What transparency does to a picture that is judged without it. Arrays are rows of pixels: RGB of 3 bytes, alpha of 1. */

/** Levels by which a channel may differ before anybody sees it. */
const SEEN = 16;
const OPAQUE = 255;

/** Share of the pixels that look otherwise on a white or on a black page than their colours alone, 0 to 1. */
export function changedShare(rgb: Uint8Array, alpha: Uint8Array): number {
  let changed = 0;
  for (let pixel = 0, at = 0; pixel < alpha.length; pixel++, at += 3) {
    const through = OPAQUE - (alpha[pixel] ?? 0);
    if (through === 0) continue;
    const [red, green, blue] = [rgb[at] ?? 0, rgb[at + 1] ?? 0, rgb[at + 2] ?? 0];
    const lightest = Math.max(red, green, blue);
    const darkest = Math.min(red, green, blue);
    if (through * Math.max(lightest, OPAQUE - darkest) > SEEN * OPAQUE) changed += 1;
  }
  return changed / alpha.length;
}

/** The picture on a page of one gray level, in new memory. */
export function overlay(rgb: Uint8Array, alpha: Uint8Array, page: number): Uint8Array {
  const seen = new Uint8Array(rgb.length);
  for (let pixel = 0, at = 0; pixel < alpha.length; pixel++) {
    const cover = alpha[pixel] ?? 0;
    const through = (OPAQUE - cover) * page;
    for (const end = at + 3; at < end; at++)
      seen[at] = Math.round(((rgb[at] ?? 0) * cover + through) / OPAQUE);
  }
  return seen;
}
