/**
 * A post can be judged in parts: further frames, windows of a long text, tiles of a long picture, and views as people see
 * it. Which are judged is a parameter of the request or of the policy; the first part is always what the model reads by
 * itself: the first tokens, the first frame, the whole or the centre of the picture, as it is stored.
 */
import { z } from 'zod';

export const VIEWS = ['shown'] as const;
/** `shown`: as people see it. Pictures upright, in sRGB, on white and on black; texts without hidden characters and with look-alikes replaced. */
export type View = (typeof VIEWS)[number];

/** What of a post is judged beside its first part; null or absent: what the policy says, else nothing. */
export const wishesSchema = z.strictObject({
  /** Every frame of an animation, up to maxFrames: the first, the last, those shown longest, and others evenly spread. */
  frames: z.boolean().nullish(),
  /** Every window of a text of more tokens than the model reads, up to maxWindows. They overlap. */
  windows: z.boolean().nullish(),
  /** Squares along a picture of which the crop keeps, or the squeeze leaves, too little; up to maxTiles. */
  tiles: z.boolean().nullish(),
  views: z.array(z.enum(VIEWS)).max(VIEWS.length).nullish(),
});

/** The same with every choice made. */
export interface Wishes {
  readonly frames: boolean;
  readonly windows: boolean;
  readonly tiles: boolean;
  /** Whether the view `shown` is judged. */
  readonly shown: boolean;
}

export const NO_WISHES: Wishes = { frames: false, windows: false, tiles: false, shown: false };

export type WishesAsWritten = z.infer<typeof wishesSchema>;

/** What holds: the request's word where it has one, else the policy's, else no further parts. */
export function resolveWishes(request: WishesAsWritten, policy: WishesAsWritten = {}): Wishes {
  const views = request.views ?? policy.views ?? [];
  return {
    frames: request.frames ?? policy.frames ?? false,
    windows: request.windows ?? policy.windows ?? false,
    tiles: request.tiles ?? policy.tiles ?? false,
    shown: views.includes('shown'),
  };
}

export const TEXT_VIEWS = ['stored', 'shown'] as const;
export const IMAGE_VIEWS = ['stored', 'shown', 'on_white', 'on_black'] as const;

const edge = z.int().nonnegative();

/** Which part of the text an answer rests on. */
export const textPartSchema = z.object({
  /** Tokens of the window, from 0, without special ones: the first, and the one behind the last. */
  tokens: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
  view: z.enum(TEXT_VIEWS),
});

/** Which part of which image an answer rests on. */
export const imagePartSchema = z.object({
  /** From 0, in the order of the post: `image_base64` before `images`. */
  index: z.int().nonnegative(),
  /** From 0. */
  frame: z.int().nonnegative(),
  /** Left, top, width and height in pixels of the picture; absent: the whole. */
  tile: z.tuple([edge, edge, edge, edge]).optional(),
  view: z.enum(IMAGE_VIEWS),
});

export type TextPart = z.infer<typeof textPartSchema>;
export type ImagePart = z.infer<typeof imagePartSchema>;

/** What one answer rests on: a text part, an image part, or one of both. */
export interface PartOfPost {
  readonly text?: TextPart;
  readonly image?: ImagePart;
}

export const partSchema = z.object({
  text: textPartSchema.optional(),
  image: imagePartSchema.optional(),
  /** Per class, 0 to 1. */
  probabilities: z.record(z.string(), z.number().min(0).max(1)),
});

export type Part = z.infer<typeof partSchema>;
