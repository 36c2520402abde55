/** The weights as the kernels read them: in groups, padded with zeros, low parts and high parts apart. */
import { GROUP_BYTES, LOW_BITS, PAIR_BYTES, ROWS_PER_PAIR, TAPS_PER_GROUP } from './kernels.js';
import type { Taps } from './taps.js';

const OFFSET_BYTES = 4;
const CHANNELS = 3;

/** The weights of one axis. All outputs take as many groups (or pairs) as the one with the most taps. */
export interface PackedTaps {
  readonly bytes: Uint8Array;
  /** Groups per column, or pairs per row. */
  readonly count: number;
  /** Bytes per output. */
  readonly stride: number;
}

/** For the horizontal kernel: per column the byte offset of its first pixel from pixel `left`, then its groups. */
export function packColumns(taps: Taps, left: number): PackedTaps {
  const count = Math.ceil(mostTaps(taps) / TAPS_PER_GROUP);
  const stride = OFFSET_BYTES + count * GROUP_BYTES;
  const bytes = pack(taps, stride, OFFSET_BYTES, (view, record, column) => {
    view.setInt32(record, ((taps.first[column] ?? 0) - left) * CHANNELS, true);
  });
  return { bytes, count, stride };
}

/** For the vertical kernel: per row its pairs. */
export function packRows(taps: Taps): PackedTaps {
  const count = Math.ceil(mostTaps(taps) / ROWS_PER_PAIR);
  const stride = count * PAIR_BYTES;
  return { bytes: pack(taps, stride, 0, () => {}), count, stride };
}

function pack(
  { count, weights, capacity }: Taps,
  stride: number,
  headerBytes: number,
  writeHeader: (view: DataView, record: number, output: number) => void,
): Uint8Array {
  const view = new DataView(new ArrayBuffer(count.length * stride));
  for (let output = 0; output < count.length; output++) {
    const record = output * stride;
    writeHeader(view, record, output);
    const used = weights.subarray(output * capacity, output * capacity + (count[output] ?? 0));
    for (let tap = 0, at = record + headerBytes; tap < used.length; tap += 2, at += PAIR_BYTES) {
      writePair(view, at, used[tap] ?? 0, used[tap + 1] ?? 0);
    }
  }
  return new Uint8Array(view.buffer);
}

/** Both low parts, then both high parts. */
function writePair(view: DataView, at: number, first: number, second: number): void {
  const mask = (1 << LOW_BITS) - 1;
  view.setInt16(at, first & mask, true);
  view.setInt16(at + 2, second & mask, true);
  view.setInt16(at + 4, first >> LOW_BITS, true);
  view.setInt16(at + 6, second >> LOW_BITS, true);
}

function mostTaps({ count }: Taps): number {
  return count.reduce((most, taps) => Math.max(most, taps), 0);
}
