/** Samples to RGB: Pillow's conversions where libvips' own differ, and alpha apart and together. */

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

/** RGBA, [pixels, 4], as RGB and alpha; alpha is undefined where everything is opaque. */
export function splitAlpha(rgba: Uint8Array): {
  readonly rgb: Uint8Array;
  readonly alpha: Uint8Array | undefined;
} {
  const pixels = rgba.length / 4;
  const rgb = new Uint8Array(pixels * 3);
  const alpha = new Uint8Array(pixels);
  let opaque = 255;
  for (let pixel = 0, from = 0, to = 0; pixel < pixels; pixel++, from += 4, to += 3) {
    rgb[to] = rgba[from] ?? 0;
    rgb[to + 1] = rgba[from + 1] ?? 0;
    rgb[to + 2] = rgba[from + 2] ?? 0;
    const cover = rgba[from + 3] ?? 0;
    alpha[pixel] = cover;
    opaque &= cover;
  }
  return { rgb, alpha: opaque === 255 ? undefined : alpha };
}

/** RGB and alpha as RGBA. */
export function interleave(rgb: Uint8Array, alpha: Uint8Array | undefined): Uint8Array {
  const pixels = rgb.length / 3;
  const rgba = new Uint8Array(pixels * 4);
  for (let pixel = 0, from = 0, to = 0; pixel < pixels; pixel++, from += 3, to += 4) {
    rgba[to] = rgb[from] ?? 0;
    rgba[to + 1] = rgb[from + 1] ?? 0;
    rgba[to + 2] = rgb[from + 2] ?? 0;
    rgba[to + 3] = alpha === undefined ? 255 : (alpha[pixel] ?? 0);
  }
  return rgba;
}
