/** Pillow's conversions to RGB where libvips' own differ. */

/** Inks (0: none), [pixels, 4], to RGB without colour management: `(255 - k) * (255 - ink) / 255`, rounded. */
export function cmykToRgb(cmyk: Uint8Array): Uint8Array {
  const pixels = cmyk.length / 4;
  const rgb = new Uint8Array(pixels * 3);
  for (let pixel = 0, from = 0, to = 0; pixel < pixels; pixel++, from += 4, to += 3) {
    const light = 255 - (cmyk[from + 3] ?? 0);
    rgb[to] = light - scale255(cmyk[from] ?? 0, light);
    rgb[to + 1] = light - scale255(cmyk[from + 1] ?? 0, light);
    rgb[to + 2] = light - scale255(cmyk[from + 2] ?? 0, light);
  }
  return rgb;
}

/** `a * b / 255`, rounded, as Pillow's MULDIV255 computes it. */
function scale255(a: number, b: number): number {
  const product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

/** Levels of 16 bits, [pixels], to RGB: cut off at 255, not scaled down, since that is what Pillow does. */
export function gray16ToRgb(levels: Uint16Array): Uint8Array {
  const rgb = new Uint8Array(levels.length * 3);
  for (let pixel = 0, to = 0; pixel < levels.length; pixel++, to += 3) {
    const level = Math.min(levels[pixel] ?? 0, 255);
    rgb[to] = level;
    rgb[to + 1] = level;
    rgb[to + 2] = level;
  }
  return rgb;
}
