/**
 * Whether a colour profile is sRGB as far as anybody sees: its primaries and its tone curves, not its name. Source: ICC.1
 * (profile format version 4.4); the primaries are those of IEC 61966-2-1, adapted to D50.
 */

const HEADER_BYTES = 128;
const TAG_BYTES = 12;
/** Honest profiles have about twenty. */
const MAX_TAGS = 100;
const FIXED_POINT = 65_536;

const PRIMARIES = {
  rXYZ: [0.4361, 0.2225, 0.0139],
  gXYZ: [0.3851, 0.7169, 0.0971],
  bXYZ: [0.1431, 0.0606, 0.7141],
} as const;
/** Profiles of different makers differ by less; the next usual primaries (Adobe RGB, Display P3) by 0.05 and more. */
const TOLERANCE = 0.01;

const CURVES = ['rTRC', 'gTRC', 'bTRC'] as const;
/** A level in the middle, and how it is decoded by sRGB. */
const MIDDLE = 0.5;
const SRGB_MIDDLE = 0.214;
/** sRGB's curve is near a power of 2.2; what is within this is not told apart by eye. */
const CURVE_TOLERANCE = 0.01;

export function isSrgb(profile: Buffer): boolean {
  try {
    const tags = readTags(profile);
    if (profile.toString('latin1', 16, 20) !== 'RGB ') return false;
    const samePrimaries = Object.entries(PRIMARIES).every(([name, expected]) => {
      const tag = tags.get(name);
      return tag !== undefined && expected.every((value, axis) => near(xyz(tag, axis), value, TOLERANCE));
    });
    const sameCurves = CURVES.every((name) => {
      const tag = tags.get(name);
      return tag !== undefined && near(decodeMiddle(tag), SRGB_MIDDLE, CURVE_TOLERANCE);
    });
    return samePrimaries && sameCurves;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function near(value: number, expected: number, tolerance: number): boolean {
  return Math.abs(value - expected) <= tolerance;
}

function readTags(profile: Buffer): ReadonlyMap<string, Buffer> {
  const count = Math.min(profile.readUInt32BE(HEADER_BYTES), MAX_TAGS);
  const tags = new Map<string, Buffer>();
  for (let index = 0; index < count; index++) {
    const at = HEADER_BYTES + 4 + index * TAG_BYTES;
    const start = profile.readUInt32BE(at + 4);
    tags.set(
      profile.toString('latin1', at, at + 4),
      profile.subarray(start, start + profile.readUInt32BE(at + 8)),
    );
  }
  return tags;
}

function xyz(tag: Buffer, axis: number): number {
  return tag.readInt32BE(8 + 4 * axis) / FIXED_POINT;
}

/** What a curve makes of the middle level: a table, a power, or a parametric curve of type 0 to 4. */
function decodeMiddle(tag: Buffer): number {
  if (tag.toString('latin1', 0, 4) === 'para') return parametric(tag);
  const count = tag.readUInt32BE(8);
  if (count === 0) return MIDDLE;
  if (count === 1) return MIDDLE ** (tag.readUInt16BE(12) / 256);
  const at = (count - 1) * MIDDLE;
  const [low, high] = [Math.floor(at), Math.ceil(at)].map(
    (index) => tag.readUInt16BE(12 + 2 * index) / 65_535,
  );
  return (low as number) + ((high as number) - (low as number)) * (at - Math.floor(at));
}

function parametric(tag: Buffer): number {
  const kind = tag.readUInt16BE(8);
  const value = (index: number) => tag.readInt32BE(12 + 4 * index) / FIXED_POINT;
  const g = value(0);
  if (kind === 0) return MIDDLE ** g;
  const [a, b] = [value(1), value(2)];
  const power = Math.max(0, a * MIDDLE + b) ** g;
  if (kind === 1 || kind === 3) return power;
  if (kind === 2) return power + value(3);
  return power + value(5);
}
