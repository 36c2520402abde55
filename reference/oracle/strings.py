"""Texts that tokenizers disagree about, each with a name. No lone surrogates: JSON cannot carry them."""

from __future__ import annotations

import random
from collections.abc import Iterator

from .corpus import SCRIPTS, SENTENCES

Named = tuple[str, str]

# Where Python's str.strip, JavaScript's trim and the regex class \s part ways.
WHITE_SPACE = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005"
    "\u2006\u2007\u2008\u2009\u200a\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)

SPECIAL = (
    "<pad> <eos> <bos> <unk> <mask> <2mass> [@BOS@] <unused0> <unused3> <unused98> <unused99> "
    "<start_of_turn> <end_of_turn> <table> </table> <caption> <tr> <td> <h1> </h6> <blockquote> "
    "<strong> </strong> <em> <b> </b> <i> <u> <s> <sub> </sup> <code> </code> <0x00> <0x41> <0xFF> "
    "<|startoftext|> <|endoftext|> <|STARTOFTEXT|> <|EndOfText|> <EOS> <Pad> <B> <br> <div> </w>"
).split()

EMOJI = {
    "face": "😀",
    "unicorn": "🦄",
    "zwj-family": "👨‍👩‍👧‍👦",
    "zwj-flag": "🏳️‍🌈",
    "skin-tone": "👍🏽👍🏿👍",
    "flags": "🇫🇷🇯🇵🇧🇷",
    "half-flag": "🇫 🇷",
    "keycaps": "1️⃣ 2️⃣ #️⃣",
    "heart-text-and-emoji": "❤ ❤️ ♥︎",
    "tag-flag": "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
    "zwj-alone": "a\u200db\u200c c\u200d",
    "variation-selectors": "☂\ufe0e☂\ufe0f☂",
    "many": "🎉🎂🚲➡️🏠👌😂😂😂" * 3,
    "in-words": "so😀happy😀😀today",
    "new": "\U0001fae8\U0001fae9\U0001fa77\U0001f6dc",
}

COMBINING = {
    "decomposed-e": "cafe\u0301 re\u0301sume\u0301",
    "composed-e": "café résumé",
    "stacked-marks": "a\u0301\u0302\u0303\u0304\u0305b\u0336c\u0337",
    "many-marks": "z" + "\u0301\u0316\u0488" * 40,
    "mark-first": "\u0301abc",
    "marks-only": "\u0300\u0301\u0302",
    "hangul-jamo": "\u1112\u1161\u11ab\u1100\u1173\u11af",
    "hangul-composed": "한글",
    "ohm-and-angstrom": "\u2126 \u212b \u03a9 \u00c5",
    "compat-ligatures": "ﬁne ﬂow oﬃce ﬀ ﬅ",
    "full-width": "Ｈｅｌｌｏ　Ｗｏｒｌｄ １２３",
    "nukta-exclusion": "\u0958 \u0915\u093c",
    "thai-sara-am": "น้ำ ทํา",
    "cjk-compatibility": "\uf900 \u8c48 \u2f00",
    "vietnamese-decomposed": "Tie\u0302\u0301ng Vie\u0323\u0302t",
    "mark-order": "q\u0307\u0323 q\u0323\u0307",
    "arabic-marks": "مُحَمَّدٌ",
    "hebrew-points": "שָׁלוֹם",
}

CASING = {
    "final-sigma": "ΟΔΥΣΣΕΥΣ Σ ΑΣ ΣΑΣ. ΑΣ'",
    "sigma-in-word": "ΣΊΣΥΦΟΣ σίσυφος ςσΣ",
    "dotted-capital-i": "İstanbul İİ I ı i",
    "sharp-s": "STRASSE straße ẞ",
    "digraphs": "Ǆ ǅ ǆ Ǉ ǈ",
    "kelvin": "\u212a K k",
    "georgian": "ᲗᲑᲘᲚᲘᲡᲘ თბილისი",
    "cherokee": "ᏣᎳᎩ ꮳꮃꭹ",
    "adlam": "𞤀𞤁𞤂 𞤢𞤣𞤤",
    "deseret": "𐐀𐐁𐐂 𐐨𐐩",
    "mixed": "HeLLo WoRLD ÀÉÎÕÜ ЖЩЫ",
    "alternating": "aBcDeFgHiJkLmNoPqRsTuVwXyZ",
    "upper-sentence": "THE HARBOUR WAS QUIET AND THE BOATS WERE TIED UP.",
    "roman-numerals": "Ⅷ ⅷ Ⓐ ⓐ",
    "mathematical": "𝐇𝐞𝐥𝐥𝐨 𝕎𝕠𝕣𝕝𝕕 𝓪𝓫𝓬",
}

WORDS = {
    "contractions": "I'm you're we've they'll he'd it's don't",
    "contractions-upper": "I'M YOU'RE WE'VE THEY'LL HE'D IT'S DON'T",
    "curly-contractions": "I’m you’re don’t ‘quoted’",
    "contractions-odd": "''s 's 't'd 'sam rock'n'roll o'clock '",
    "digits": "1234567890 007 3.14159 1,000,000 17:30",
    "digits-other": "١٢٣ १२३ ๑๒๓ 一二三 ⅓ ² ₂ ①",
    "digits-glued": "abc123def456 4x4 mp3",
    "address": "https://example.org/a_b/c?d=e&f=%20#g user@example.org",
    "handle": "@some_one #made_up_tag #日本 $USD €5",
    "code": "for (let i = 0; i < n; i++) { a[i] ||= b?.c ?? 'd'; }",
    "markup": '<p class="x">a &amp; b</p><!-- c --><b>d</b>',
    "markup-spaced": "< b > bold < / b >",
    "json": '{"text": "a\\nb", "n": [1, 2.5e-3, null]}',
    "punctuation": "!!! ??? ... --- ___ *** ~~~ ``` ((())) [[]] {{}}",
    "ellipsis": "wait… what‽ — yes – no - ok",
    "quotes": "\"a\" 'b' «c» “d” ‘e’ „f“ 「g」",
    "long-word": "Donaudampfschifffahrtsgesellschaft" * 4,
    "underscores": "snake_case __init__ a_b_c",
    "camel": "camelCaseWordsInARow XMLHttpRequest",
    "math": "∀x∈ℝ: x² ≥ 0 ∧ √2 ∉ ℚ",
    "symbols": "→←↑↓ ♠♣♥♦ ♩♪ ☀☁ ✓✗ ★☆",
    "braille": "⠓⠑⠇⠇⠕",
    "box": "┌─┐│ │└─┘ ▁▂▃▄▅▆▇█",
    "leet": "h3ll0 w0rld 5h1p5",
    "spaced-letters": "h e l l o",
    "dotted-letters": "h.e.l.l.o",
    "soft-hyphen": "ex\u00adam\u00adple",
    "zero-width": "exa\u200bmple exa\u2060mple \u200e\u200f",
    "mixed-scripts": "pаypаl раssword",
    "one-letter": "a",
    "one-digit": "7",
    "one-han": "猫",
    "unknown-han": "龘靐齉",
    "rare-planes": "𠀀𪚥 𒀀 𓀀 𐎀",
    "private-use": "\ue000\uf8ff\U000f0000\U0010fffd",
    "noncharacters": "\ufdd0\uffff\U0001ffff",
    "replacement": "a\ufffdb",
    "byte-order-mark-first": "\ufeffhello",
    "crlf": "one\r\ntwo\r\n\r\nthree\rfour",
    "tabs": "a\tb\t\tc\t\t\td",
    "trailing-space": "hello   ",
    "leading-space": "   hello",
    "double-spaces": "a  b   c    d",
    "space-newline-mix": " \n \n\n  \n a \n",
    "nul": "a\x00b\x00",
    "nul-only": "\x00",
    "escape-codes": "\x1b[31mred\x1b[0m",
    "delete": "a\x7fb",
}

BIDI = {
    "arabic": "الكتاب على الطاولة",
    "hebrew": "הספר על השולחן",
    "arabic-latin": "the كتاب is here 12 ٣٤",
    "overrides": "abc\u202edef\u202c ghi",
    "isolates": "\u2066abc\u2069 \u2067אבג\u2069",
    "marks": "a\u200eb\u200fc\u061cd",
    "tatweel": "كـــتـــاب",
    "presentation-forms": "ﻛﺘﺎﺏ ﷽ ﷺ",
    "persian": "کتاب روی میز است و می‌خواهم",
    "urdu": "کتاب میز پر ہے۔",
}


def hostile_strings() -> list[Named]:
    """All named texts, names unique, the same on every run."""
    groups = {
        "sentence": {f"{index:02}": text for index, text in enumerate(SENTENCES)},
        "emoji": EMOJI,
        "combining": COMBINING,
        "casing": CASING,
        "words": WORDS,
        "bidi": BIDI,
        "space": dict(_spaces()),
        "run": dict(_runs()),
        "special": dict(_specials()),
        "control": {f"{code:02x}": f"a{chr(code)}b" for code in [*range(1, 32), 0x80, 0x85, 0x9F]},
        "length": dict(_lengths()),
        "random": dict(_random_texts(70)),
    }
    return [(f"{group}-{name}", text) for group, texts in groups.items() for name, text in texts.items()]


def _spaces() -> Iterator[Named]:
    yield "empty", ""
    yield "all", WHITE_SPACE
    for character in WHITE_SPACE:
        yield f"only-{ord(character):04x}", character
        yield f"around-{ord(character):04x}", f"{character}a {character} b{character}"


def _runs() -> Iterator[Named]:
    for count in (2, 3, 4, 5, 7, 8, 15, 16, 17, 30, 31, 32, 33, 63, 64, 65):
        yield f"spaces-{count}", " " * count
        yield f"newlines-{count}", "\n" * count
        yield f"inner-spaces-{count}", "a" + " " * count + "b"
    for count in (1, 2, 3, 5, 31, 32):
        yield f"lower-blocks-{count}", "a" + "▁" * count + "b"
    yield "lower-blocks-and-spaces", " ▁ ▁▁  ▁"
    yield "tabs-31", "\t" * 31
    for character, name in (
        ("a", "a"),
        ("😀", "emoji"),
        ("É", "accent"),
        ("山", "han"),
        ("!", "bang"),
    ):
        for count in (63, 64, 300):
            yield f"{name}-{count}", character * count


def _specials() -> Iterator[Named]:
    for index, token in enumerate(SPECIAL):
        yield f"{index:02}-alone", token
        yield f"{index:02}-inside", f"a{token}b {token} {token.upper()}"
    yield "all", "".join(SPECIAL)
    yield "broken", "<eos <eos >eos> <<eos>> < eos>"
    yield "nested", "<un<unused1>used2>"
    yield "pad-run", "<pad>" * 10 + "x"
    yield "end-first", "<eos><|endoftext|> after the end"


def _lengths() -> Iterator[Named]:
    """Around the limits of 64 and 77, and far beyond."""
    for count in (60, 61, 62, 63, 64, 65, 73, 74, 75, 76, 77, 78):
        yield f"digits-{count}", "7" * count
    yield "characters-10000", ("The harbour was quiet and the boats were tied up. " * 200)[:10_000]
    yield "one-word-10000", "ab" * 5_000
    yield "spaces-10000", " " * 10_000
    yield "emoji-2000", "🦄" * 2_000


def _random_texts(count: int) -> Iterator[Named]:
    """Mixtures of everything above with characters from all over Unicode."""
    rng = random.Random(97)

    def any_character() -> str:
        while True:
            code = int(rng.random() ** 3 * 0x11_0000)
            if not 0xD800 <= code <= 0xDFFF:
                return chr(code)

    makers = (
        any_character,
        lambda: chr(32 + int(rng.random() * 95)),
        lambda: WHITE_SPACE[int(rng.random() * len(WHITE_SPACE))],
        lambda: SPECIAL[int(rng.random() * len(SPECIAL))],
        lambda: _word(rng),
        lambda: " " * (1 + int(rng.random() * 3)),
    )
    for index in range(count):
        length = 1 + int(rng.random() * 40)
        yield (
            f"{index:02}",
            "".join(makers[int(rng.random() * len(makers))]() for _ in range(length)),
        )


def _word(rng: random.Random) -> str:
    onsets, vowels = SCRIPTS[int(rng.random() * len(SCRIPTS))]
    return "".join(
        part[int(rng.random() * len(part))]
        for _ in range(1 + int(rng.random() * 3))
        for part in (onsets, vowels)
    )
