import { letterGrams } from './letter-grams.js';

const BEGIN = '<|startoftext|>';
const END = '<|endoftext|>';
const WORD_END = '</w>';
const BYTE_PIECES = 512;

/**
 * tokenizer.json with the pipeline and the size of CLIP's, over made-up merges: the 256 bytes and the 256 bytes that
 * end a word, as published, then letter sequences from likely to unlikely, then begin and end.
 *
 * @param size pieces in all
 */
export function clipTokenizer(size: number): object {
  const letters = byteLetters();
  const merges = learnedMerges().slice(0, size - BYTE_PIECES - 2);
  const pieces = [
    ...letters,
    ...letters.map((letter) => letter + WORD_END),
    ...merges.map(([left, right]) => left + right),
    BEGIN,
    END,
  ];
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [
      { id: size - 2, ...describeToken(BEGIN) },
      { id: size - 1, ...describeToken(END) },
    ],
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFC' },
        { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
        { type: 'Lowercase' },
      ],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: WORDS }, behavior: 'Removed', invert: true },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: {
      type: 'RobertaProcessing',
      sep: [END, size - 1],
      cls: [BEGIN, size - 2],
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: END,
      continuing_subword_prefix: '',
      end_of_word_suffix: WORD_END,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
      merges,
    },
  };
}

/** tokenizer_config.json as CLIP publishes it. */
export function clipTokenizerConfig(size: number): object {
  return {
    add_prefix_space: false,
    added_tokens_decoder: { [size - 2]: describeToken(BEGIN), [size - 1]: describeToken(END) },
    bos_token: BEGIN,
    clean_up_tokenization_spaces: false,
    do_lower_case: true,
    eos_token: END,
    errors: 'replace',
    model_max_length: 77,
    pad_token: END,
    tokenizer_class: 'CLIPTokenizer',
    unk_token: END,
  };
}

/** special_tokens_map.json */
export function clipSpecialTokens(): object {
  return { bos_token: BEGIN, eos_token: END, pad_token: END, unk_token: END };
}

/** What CLIP splits text into before its merges apply. */
const WORDS = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

/** Text that looks like the begin token is matched after lowercasing, text that looks like the end token before. */
function describeToken(content: string): object {
  const normalized = content === BEGIN;
  return { content, single_word: false, lstrip: false, rstrip: false, normalized, special: true };
}

/**
 * The printable character that stands for each byte: itself where Latin-1 has one, else the next free one from U+0100.
 * Those that stand for themselves come first, as GPT-2 orders them.
 */
function byteLetters(): string[] {
  const isPrintable = (byte: number) => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const printable = bytes.filter(isPrintable).map((byte) => String.fromCharCode(byte));
  const others = bytes
    .filter((byte) => !isPrintable(byte))
    .map((_, index) => String.fromCharCode(0x100 + index));
  return [...printable, ...others];
}

/** Two, three and four letters, inside of a word and at its end. The left part is always a piece already. */
function learnedMerges(): [string, string][] {
  return [2, 3, 4].flatMap((length) =>
    letterGrams(length).flatMap((gram): [string, string][] => {
      const [left, right] = [gram.slice(0, length === 2 ? 1 : 2), gram.slice(length === 2 ? 1 : 2)];
      return [
        [left, right],
        [left, right + WORD_END],
      ];
    }),
  );
}
