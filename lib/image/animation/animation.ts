/** Frames of an animation, before any is decoded. */

export interface AnimationFrame {
  /** Where it lies on the canvas, in pixels. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** How long it is shown, as the file says. */
  readonly durationMs: number;
  /** `over`: what it leaves transparent shows the canvas below; `replace`: it takes its place. */
  readonly blend: 'over' | 'replace';
  /** What becomes of its place before the next frame: it stays, turns transparent, or what was there comes back. */
  readonly dispose: 'keep' | 'clear' | 'restore';
  /** RGBA, uint8 [height, width, 4]. Rejects where the frame is truncated or corrupt. */
  decode(): Promise<Uint8Array>;
}

export interface Animation {
  /** Of the canvas, in pixels. */
  readonly width: number;
  readonly height: number;
  /** How many frames there are. */
  readonly total: number;
  /** Those that can be decoded: the first ones, or none where the format's frames are not read here. */
  readonly frames: readonly AnimationFrame[];
  /** Whether the picture that decoders of stills give is the first frame. */
  readonly startsWithStill: boolean;
}

/** Frames that are listed; beyond that they are counted only. */
export const MAX_LISTED_FRAMES = 10_000;
