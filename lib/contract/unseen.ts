/**
 * What an answer does not rest on, though it belongs to the post. The model reads a bounded number of tokens, one frame,
 * stored pixels; a reader sees more, or something else. Each prediction tells it in `unseen`, and content that was not
 * read never leads to `allow` by itself.
 */
import { z } from 'zod';
import { type Action, strictest } from './action.js';

interface UnseenDefinition {
  /** What was not judged, for people. */
  readonly meaning: string;
  /** What `figure` counts or measures: what a rule's `from` is compared with. */
  readonly figure: string;
  /** The rule that holds where a policy says nothing about the code. */
  readonly rule: UnseenRule;
}

/** What a code leads to from a figure on (>=); below it the code is only told. */
export interface UnseenRule {
  readonly action: UnseenAction;
  readonly from: number;
}

export const UNSEEN_ACTIONS = ['told', 'review', 'flag'] as const;
/** `told`: it stands in the reply and changes no decision. */
export type UnseenAction = (typeof UNSEEN_ACTIONS)[number];

const define = <const T extends Record<string, UnseenDefinition>>(definitions: T): T => definitions;

/** Every code: meaning, figure and default rule. docs/unseen.md is checked against it by a test. */
export const UNSEEN = define({
  text_cut: {
    meaning: 'The text has more tokens than were judged.',
    figure: 'share of its tokens that were not judged, above 0 to 1',
    rule: { action: 'review', from: 0 },
  },
  frames: {
    meaning: 'The image is an animation, and not every frame was judged.',
    figure: 'share of its frames that were not judged, above 0 to 1',
    rule: { action: 'review', from: 0 },
  },
  crop: {
    meaning: 'The model saw the centre of the picture only.',
    figure: 'share of the picture that was cut off, above 0 to 1',
    rule: { action: 'review', from: 0.501 },
  },
  squeeze: {
    meaning: 'The model saw the picture pressed into a square.',
    figure: '1 - short edge / long edge, above 0.5 to 1',
    rule: { action: 'review', from: 0.667 },
  },
  transparency: {
    meaning: 'The model saw colours that transparency hides, or not those that it shows.',
    figure: 'share of the pixels that look otherwise on a white or on a black page, above 0 to 1',
    rule: { action: 'review', from: 0.005 },
  },
  orientation: {
    meaning: 'The model saw the picture as it is stored, and viewers turn or mirror it.',
    figure: '1',
    rule: { action: 'told', from: 0 },
  },
  colour_profile: {
    meaning:
      'The model saw the stored colours, and viewers convert them by a colour profile other than sRGB.',
    figure: '1',
    rule: { action: 'told', from: 0 },
  },
  hidden_characters: {
    meaning: 'The text holds characters that readers do not see.',
    figure: 'how many of them stand inside words',
    rule: { action: 'review', from: 1 },
  },
  imitating_characters: {
    meaning: 'The text holds words of characters that imitate others.',
    figure: 'how many words imitate',
    rule: { action: 'review', from: 1 },
  },
});

export type UnseenCode = keyof typeof UNSEEN;

export const UNSEEN_CODES = Object.keys(UNSEEN) as [UnseenCode, ...UnseenCode[]];

export const unseenSchema = z.object({
  /** One of the table; clients must expect codes that they do not know yet. */
  code: z.string() as z.ZodType<UnseenCode | (string & {})>,
  /** See the table; a rule compares it. */
  figure: z.number().nonnegative(),
  /** Which image it is about, from 0, where the post has several. */
  image: z.int().nonnegative().optional(),
  /** Tokens or frames that were judged, of `total`. */
  read: z.int().nonnegative().optional(),
  total: z.int().positive().optional(),
});

export type Unseen = z.infer<typeof unseenSchema>;

export const unseenRuleSchema = z.strictObject({
  action: z.enum(UNSEEN_ACTIONS),
  /** 0: always. */
  from: z.number().nonnegative(),
});

/** Rules by code. A code that is left out has the default rule of {@link UNSEEN}. */
export const unseenRulesSchema = z.partialRecord(z.enum(UNSEEN_CODES), unseenRuleSchema);

export type UnseenRules = z.infer<typeof unseenRulesSchema>;

/**
 * What some unseen content leads to: the strictest of its codes. A code that this version does not know, or a figure that
 * is not a number, leads to `review`.
 */
export function actionOfUnseen(unseen: readonly Unseen[], rules: UnseenRules = {}): Action {
  return strictest(unseen.map((entry) => actionOfEntry(entry, rules)));
}

function actionOfEntry({ code, figure }: Unseen, rules: UnseenRules): Action {
  if (!Object.hasOwn(UNSEEN, code)) return 'review';
  const known = code as UnseenCode;
  const { action, from } = rules[known] ?? UNSEEN[known].rule;
  return action === 'told' || figure < from ? 'allow' : action;
}
