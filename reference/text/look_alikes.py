"""Writes lib/text/characters/look-alikes.ts: letters that look like ASCII letters.

Source: Unicode's confusables (UTS #39), as the package confusable-homoglyphs ships them; small capitals by their names;
and letters of running fakes that UTS #39 leaves out because their lower case is a smaller capital.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from importlib.resources import files
from pathlib import Path

EXTRA = {"кκ": "k", "мʍ": "m", "тτ": "t", "вʙ": "b", "н": "h", "ε": "e", "ω": "w", "η": "n"}
ASCII = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def main(target: Path) -> None:
    known = json.loads(files("confusable_homoglyphs").joinpath("confusables.json").read_text("utf-8"))
    found: dict[str, str] = {}
    for letter in ASCII:
        for entry in known.get(letter, []):
            character = entry["c"]
            if is_letter(character):
                found.setdefault(character, letter)
    for code in range(0x80, 0x110000):
        name = unicodedata.name(chr(code), "")
        if name.startswith("LATIN LETTER SMALL CAPITAL ") and len(name.split()[-1]) == 1:
            found[chr(code)] = name.split()[-1].lower()
    for characters, letter in EXTRA.items():
        for character in characters:
            found[character] = letter
    # A capital iota or palochka looks like an l as well; people read a capital I.
    for character, letter in found.items():
        if letter == "l" and character.isupper():
            found[character] = "I"
    rows = []
    for letter in sorted(set(found.values())):
        characters = "".join(sorted(c for c, other in found.items() if other == letter))
        escaped = "".join(f"\\u{{{ord(c):x}}}" for c in characters)
        rows.append(f"  {letter}: '{escaped}',\n")
    target.write_text(HEAD + "".join(rows) + "};\n", "utf-8")


def is_letter(character: str) -> bool:
    if len(character) != 1 or ord(character) < 0x80 or unicodedata.category(character)[0] != "L":
        return False
    return unicodedata.normalize("NFKC", character)[0] not in ASCII


HEAD = """/**
 * Letters that look like an ASCII letter, by that letter; written by reference/text/look_alikes.py from Unicode's confusables
 * (UTS #39). What NFKC makes ASCII of by itself is not among them.
 */
export const LOOK_ALIKES: Readonly<Record<string, string>> = {
"""

if __name__ == "__main__":
    main(Path(sys.argv[1]))
