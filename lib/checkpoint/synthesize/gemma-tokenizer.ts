import { capitalise, letterGrams } from './letter-grams.js';

/** What a space is inside of a piece. */
const SPACE = '▁';
const LONGEST_RUN = 31;

const EOS = { id: 1, content: '<eos>' };
const SPECIAL = new Set(['<pad>', '<eos>', '<bos>', '<unk>', '<mask>', '<start_of_turn>', '<end_of_turn>']);

/** Inclusive ranges of code points whose characters are pieces by themselves; the rest falls back to bytes. */
const CHARACTERS: readonly [number, number][] = [
  [0x09, 0x09], // tab
  [0x21, 0x7e], // ASCII
  [0xa1, 0x24f], // Latin
  [0x300, 0x36f], // combining marks
  [0x370, 0x52f], // Greek, Cyrillic
  [0x5d0, 0x5ea], // Hebrew
  [0x620, 0x6ff], // Arabic
  [0x900, 0x97f], // Devanagari
  [0xe01, 0xe5b], // Thai
  [0x2010, 0x2027], // punctuation
  [0x2030, 0x205e],
  [0x20a0, 0x20bf], // currency
  [0x2190, 0x21ff], // arrows
  [0x2580, 0x2580],
  [0x2582, 0x27bf], // blocks, symbols, dingbats; 2581 is the space
  [0x3001, 0x30ff], // kana
  [0x4e00, 0x9fff], // Han
  [0xac00, 0xd7a3], // Hangul
  [0x1f300, 0x1f6ff], // emoji
  [0x1f900, 0x1f9ff],
];

/**
 * tokenizer.json with the pipeline and the size of SigLIP 2's, over made-up pieces: ids 0 to 216 as published, the 256
 * byte pieces, letter sequences from likely to unlikely, and single characters last. Every longer piece can be reached
 * by merges. Real text takes about a token for each three to four letters.
 *
 * @param size pieces in all
 */
export function gemmaTokenizer(size: number): object {
  const added = addedTokens();
  const pieces = [...added, ...bytePieces(), ...learnedPieces(size - added.length - 256)];
  const vocabulary = Object.fromEntries(pieces.map((piece, id) => [piece, id]));
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added.map((content, id) => ({ id, ...describeToken(content) })),
    normalizer: { type: 'Replace', pattern: { String: ' ' }, content: SPACE },
    pre_tokenizer: { type: 'Split', pattern: { String: ' ' }, behavior: 'MergedWithPrevious', invert: false },
    post_processor: appendEos(),
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: SPACE }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
      ],
    },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: '<unk>',
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: true,
      ignore_merges: false,
      vocab: vocabulary,
      merges: mergesOf([...added.toReversed(), ...pieces.slice(added.length + 256)], new Set(pieces)),
    },
  };
}

/** tokenizer_config.json as SigLIP 2 publishes it. */
export function gemmaTokenizerConfig(): object {
  return {
    add_bos_token: false,
    add_eos_token: true,
    added_tokens_decoder: Object.fromEntries(
      addedTokens().map((content, id) => [id, describeToken(content)]),
    ),
    ...gemmaSpecialTokens(),
    clean_up_tokenization_spaces: false,
    do_lower_case: true,
    model_input_names: ['input_ids'],
    model_max_length: 1e30,
    padding_side: 'right',
    processor_class: 'SiglipProcessor',
    tokenizer_class: 'GemmaTokenizer',
  };
}

/** special_tokens_map.json */
export function gemmaSpecialTokens(): object {
  return {
    additional_special_tokens: ['<start_of_turn>', '<end_of_turn>'],
    bos_token: '<bos>',
    eos_token: '<eos>',
    pad_token: '<pad>',
    unk_token: '<unk>',
  };
}

/** Ids 0 to 216, as published. */
function addedTokens(): string[] {
  const run = (text: string, from: number): string[] =>
    Array.from({ length: LONGEST_RUN + 1 - from }, (_, index) => text.repeat(from + index));
  const tags = [
    'table caption thead tbody tfoot tr th td',
    'h1 h2 h3 h4 h5 h6 blockquote',
    'strong em b i u s sub sup code',
  ];
  return [
    ...['<pad>', '<eos>', '<bos>', '<unk>', '<mask>', '<2mass>', '[@BOS@]'],
    ...Array.from({ length: 99 }, (_, index) => `<unused${index}>`),
    ...['<start_of_turn>', '<end_of_turn>'],
    ...run('\n', 1),
    ...run(SPACE, 2),
    ...tags.flatMap((group) =>
      ['', '/'].flatMap((slash) => group.split(' ').map((tag) => `<${slash}${tag}>`)),
    ),
  ];
}

function describeToken(content: string): object {
  const special = SPECIAL.has(content);
  return { content, single_word: false, lstrip: false, rstrip: false, normalized: false, special };
}

function bytePieces(): string[] {
  return Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
}

/** Sequences of two to five characters, likely ones first, then single characters. */
function learnedPieces(count: number): string[] {
  const characters = [SPACE, ...CHARACTERS.flatMap(([from, to]) => range(from, to))];
  const pieces: string[] = [];
  for (const sequence of sequences()) {
    if (pieces.length + characters.length >= count) break;
    pieces.push(sequence);
  }
  return [...pieces, ...characters].slice(0, count);
}

function* sequences(): Generator<string> {
  yield* withVariants(letterGrams(1)).filter((piece) => piece.length > 1);
  yield* withVariants(letterGrams(2));
  yield* withVariants(letterGrams(3));
  for (const [rank, gram] of letterGrams(4).entries()) yield rank % 2 === 0 ? SPACE + gram : gram;
}

/** Each sequence, also as a word's beginning, also with a capital. */
function withVariants(grams: readonly string[]): string[] {
  return grams.flatMap((gram) => [gram, SPACE + gram, capitalise(gram), SPACE + capitalise(gram)]);
}

function range(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => String.fromCodePoint(from + index));
}

/** All ways to make each piece of two others, in the order of the pieces: as transformers derives merges from pieces. */
function mergesOf(pieces: readonly string[], vocabulary: ReadonlySet<string>): [string, string][] {
  const merges: [string, string][] = [];
  for (const piece of pieces) {
    for (let at = 1; at < piece.length; at++) {
      const [left, right] = [piece.slice(0, at), piece.slice(at)];
      if (vocabulary.has(left) && vocabulary.has(right)) merges.push([left, right]);
    }
  }
  return merges;
}

function appendEos(): object {
  const sequence = (id: string, type: number) => ({ Sequence: { id, type_id: type } });
  const eos = (type: number) => ({ SpecialToken: { id: EOS.content, type_id: type } });
  return {
    type: 'TemplateProcessing',
    single: [sequence('A', 0), eos(0)],
    pair: [sequence('A', 0), eos(0), sequence('B', 1), eos(1)],
    special_tokens: { [EOS.content]: { id: EOS.content, ids: [EOS.id], tokens: [EOS.content] } },
  };
}
