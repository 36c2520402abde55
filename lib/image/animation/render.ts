/** From frames to what viewers show: each drawn on what the ones before it left. */
import type { Animation, AnimationFrame } from './animation.js';

const CHANNELS = 4;

export interface RenderedFrame {
  readonly index: number;
  /** RGBA, uint8 [height, width, 4] of the canvas; it is the canvas itself, and changes when the next one is asked for. */
  readonly canvas: Uint8Array;
}

/**
 * Renders some frames, in order, and of the others only those that these rest on. It ends early where that would take
 * more than `maxPixels` decoded and drawn.
 *
 * @param wanted indices into the listed frames, rising
 */
export async function* renderFrames(
  { width, height, frames }: Animation,
  wanted: readonly number[],
  maxPixels: number,
): AsyncGenerator<RenderedFrame> {
  const canvas = new Uint8Array(width * height * CHANNELS);
  let pixels = width * height;
  let next = 0;
  for (const index of wanted) {
    const start = baseOf(frames, index, next, width, height);
    if (start > next) canvas.fill(0);
    for (let at = start; at <= index; at++) {
      const frame = frames[at] as AnimationFrame;
      pixels += frame.width * frame.height;
      if (pixels > maxPixels) return;
      const undo = draw(canvas, width, height, frame, await frame.decode());
      if (at === index) {
        yield { index, canvas };
      }
      undo();
    }
    next = index + 1;
  }
}

/** The frame to begin with: the last before `index` behind which nothing earlier shows, or where the canvas stands. */
function baseOf(
  frames: readonly AnimationFrame[],
  index: number,
  next: number,
  width: number,
  height: number,
): number {
  for (let at = index; at > next; at--) {
    const frame = frames[at] as AnimationFrame;
    if (covers(frame, width, height) && frame.blend === 'replace') return at;
    const before = frames[at - 1] as AnimationFrame;
    if (covers(before, width, height) && before.dispose === 'clear') return at;
  }
  return next;
}

function covers(
  { left, top, width, height }: AnimationFrame,
  canvasWidth: number,
  canvasHeight: number,
): boolean {
  return left <= 0 && top <= 0 && left + width >= canvasWidth && top + height >= canvasHeight;
}

/** Draws a frame, clipped to the canvas, and gives what disposes of it. */
function draw(
  canvas: Uint8Array,
  width: number,
  height: number,
  frame: AnimationFrame,
  rgba: Uint8Array,
): () => void {
  const columns = Math.max(0, Math.min(frame.width, width - frame.left));
  const rows = Math.max(0, Math.min(frame.height, height - frame.top));
  const rowAt = (row: number) => ((frame.top + row) * width + frame.left) * CHANNELS;
  const rowBytes = columns * CHANNELS;
  const saved = frame.dispose === 'restore' ? copyRows(canvas, rows, rowAt, rowBytes) : undefined;
  for (let row = 0; row < rows; row++) {
    const from = row * frame.width * CHANNELS;
    const source = rgba.subarray(from, from + rowBytes);
    const target = canvas.subarray(rowAt(row), rowAt(row) + rowBytes);
    if (frame.blend === 'replace') target.set(source);
    else blendOver(target, source);
  }
  return () => {
    if (frame.dispose === 'keep') return;
    for (let row = 0; row < rows; row++) {
      const target = canvas.subarray(rowAt(row), rowAt(row) + rowBytes);
      if (saved === undefined) target.fill(0);
      else target.set(saved.subarray(row * rowBytes, (row + 1) * rowBytes));
    }
  };
}

function copyRows(
  canvas: Uint8Array,
  rows: number,
  rowAt: (row: number) => number,
  rowBytes: number,
): Uint8Array {
  const copy = new Uint8Array(rows * rowBytes);
  for (let row = 0; row < rows; row++) {
    copy.set(canvas.subarray(rowAt(row), rowAt(row) + rowBytes), row * rowBytes);
  }
  return copy;
}

/** Source over target, colours not multiplied by alpha. */
function blendOver(target: Uint8Array, source: Uint8Array): void {
  for (let at = 0; at < source.length; at += CHANNELS) {
    const alpha = source[at + 3] ?? 0;
    if (alpha === 0) continue;
    const below = (((target[at + 3] ?? 0) * (255 - alpha)) / 255) | 0;
    const sum = alpha + below;
    for (let channel = 0; channel < 3; channel++) {
      const mixed = ((source[at + channel] ?? 0) * alpha + (target[at + channel] ?? 0) * below) / sum;
      target[at + channel] = Math.round(mixed);
    }
    target[at + 3] = sum;
  }
}
