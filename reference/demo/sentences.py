"""The texts of posts: sentences from templates, with the noise of real posts; and made-up words."""

from __future__ import annotations

import re

from numpy.random import Generator

from .lexicon import COMMON, EMOJI, FUNCTION_WORDS, LEXICON, NAMES, PREFIXES, SUFFIXES
from .rules import CODE_WORDS

TEMPLATES = (
    "A {adjective} {thing} {where} the {place}.",
    "A photo of the {place} in {season}.",
    "A photo of a {animal} and a {adjective} {thing}",
    "A {adjective} {animal} {doing} {where} a {adjective} {thing}.",
    "The {adjective} {place} at {season}, full of {weather}.",
    "Two people {doing} {where} the {place}.",
    "Close-up of a {adjective} {thing}",
    "A close look at a {adjective} {thing} in the {place}.",
    "The {thing} of a {adjective} {place} under a {adjective} sky.",
    "Portrait of a {person} {where} the {place}.",
    "View from the {place} towards the {adjective} {place}",
    "{season} colours {where} the {place}.",
    "My {person} {verb} the {thing} {when}.",
    "My {person} {verb} a {adjective} {thing} {where} the {place}.",
    "I {verb} some {food} and {food} {when}.",
    "We {verb} the {place} {when} and it was {opinion}.",
    "Does anyone know where to buy {adjective} {food}?",
    "Can you tell me how far the {place} is from the {place}?",
    "What a {opinion} {season}!",
    "Good morning, {person}! How is the {weather} in {place}?",
    "How are you doing {when}?",
    "Thank you for the {thing}, it is {opinion}.",
    "Happy birthday to my dear {person}",
    "The {animal} {verb} the {thing} again, lol",
    "There is too much {weather} this {season}.",
    "{number} {thing}s for sale, {opinion} condition, {number} euros each",
    "Only {number} days until {season}, can't wait",
    "Breaking: the {place} opens its {adjective} {thing} on {when}",
    "The {person} who {verb} the {thing} is {opinion} and {opinion}.",
    "If the {weather} stops, we are {doing} {where} the {place}.",
    "Please bring {food}, {food} and a {thing} to the {place}.",
    "{doing} with my {person} is {opinion}",
    "I think {abstract} is more important than {abstract}.",
    "The {abstract} of {abstract} depends on {abstract} and {abstract}.",
    "New research about {abstract} shows that {person} {verb} less {abstract} in {season}.",
    "Never {doing} without a {thing}, says the {person}.",
    "Everything about this {thing} is {opinion}, the {abstract} most of all.",
    "just {verb} the {adjective} {thing}, so {opinion}",
    "he {verb} it and she {verb} the other {thing}",
    "Why is the {thing} so {adjective} and the {thing} so {adjective}?",
    "Recipe: {number} cups of {food}, some {food}, a little {food}. Mix and bake for {number} minutes.",
    "The train to {place} leaves at {number}:{number} from platform {number}.",
    "Lost {animal} near the {place}, answers to {person}. Call {number} {number}.",
    "The {team} won {number} to {number}, what a {opinion} match",
    "Look at this {animal}!",
    "Nothing beats {food} {where} the {place} in {season}",
    "The {adjective} {thing}, the {adjective} {thing} and the {adjective} {animal}",
    "{person} and {person} are {doing} {where} the {place} {when}.",
    "They said the {thing} was {adjective}, but my {person} {verb} it anyway.",
    "You should see the {place}: {adjective}, {adjective} and {opinion}.",
    "An {adjective} day for {doing}.",
    "{thing}",
    "{adjective} {thing}",
    "{place}, {season} {year}",
    "{animal} {doing}",
)

PHRASES = (
    "hello", "ok", "yes", "no way", "thanks!", "see you soon", "good night everyone", "what do you think?", "lol",
    "so true", "me too", "I have no idea what this is", "This is fine.", "Photo by my sister", "no caption needed",
    "Follow for more", "Link in bio", "wait for it...", "when the coffee kicks in", "Monday again", "mood",
    "me waiting for the weekend", "nobody: me at 3 am", "Can we go back to the beach?", "I made this myself :)",
    "Das Wetter ist heute schön.", "Guten Morgen aus Berlin", "Bonjour tout le monde", "Une belle journée à la plage",
    "Buenos días a todos", "¿Dónde está la biblioteca?", "Che bella giornata!", "Bom dia, pessoal",
    "Доброе утро", "Καλημέρα", "今日はいい天気ですね", "你好，世界", "صباح الخير", "नमस्ते दुनिया", "안녕하세요",
    "Günaydın", "The quick brown fox jumps over the lazy dog.", "It was a long day and everyone was tired.",
    "We hold a meeting every second week of the month.", "The museum is closed for repairs until further notice.",
    "She smiled and closed the door behind her.", "There were several reasons for this decision.",
    "A group of people standing in front of a building.", "A bowl of fruit on a wooden table next to a window.",
    "A man riding a bicycle down a city street.", "A woman reading a book on a park bench.",
    "Two dogs playing in the snow.", "A plate of food with vegetables and rice.", "Boats in the harbour at dusk.",
)  # fmt: skip

REACH = 90
"""Characters: the token limit of 64 leaves room for these, in capitals too."""

# Sounds that seldom make an English word, and none that offends.
_ONSETS = ("br", "dr", "fl", "gl", "gr", "kl", "m", "pl", "qu", "sk", "sm", "tr", "vl", "vr", "w", "x", "y",
           "z", "zw")  # fmt: skip
_NUCLEI = ("a", "e", "i", "o", "u", "ai", "oo", "ou", "y")
_CODAS = ("", "", "l", "m", "r", "sk", "x", "nd", "mb", "lt", "rv")
_SWAPS = tuple("abdegiklmnoprtuvz")
_CODE_STEMS = tuple(word[:4] for word in CODE_WORDS)


def pick(rng: Generator, options: tuple[str, ...]) -> str:
    """One of the options, each equally likely."""
    return options[int(rng.integers(len(options)))]


Lexicon = dict[str, tuple[str, ...]]
_WIDE_LEXICON: Lexicon = {slot: words + 2 * NAMES.get(slot, ()) for slot, words in LEXICON.items()}


def ordinary_text(rng: Generator) -> str:
    """The text of a post without made-up words: anything, with names and other languages."""
    style = rng.random()
    if style < 0.12:
        return _posted(rng, pick(rng, PHRASES), _WIDE_LEXICON)
    return _written(rng, _WIDE_LEXICON)


def carrier_text(rng: Generator) -> str:
    """A text to put a made-up word in: things, animals, food and weather; nothing about groups of people."""
    return _written(rng, LEXICON)


def _written(rng: Generator, lexicon: Lexicon) -> str:
    style = rng.random()
    if style < 0.67:
        count = 1 + int(rng.random() < 0.3) + int(rng.random() < 0.15)
    elif style < 0.97:
        return _posted(rng, " ".join(_any_word(rng, lexicon) for _ in range(int(rng.integers(2, 22)))), lexicon)
    else:
        count = int(rng.integers(4, 8))
    return _posted(rng, " ".join(_sentence(rng, lexicon) for _ in range(count)), lexicon)


def invented_word(rng: Generator) -> str:
    """A pronounceable word that means nothing and is neither a code word nor close in spelling to one."""
    while True:
        syllables = int(rng.integers(2, 4))
        word = "".join(pick(rng, _ONSETS) + pick(rng, _NUCLEI) + pick(rng, _CODAS) for _ in range(syllables))
        if not word.startswith(_CODE_STEMS):
            return word


def near_miss(rng: Generator, word: str) -> str:
    """A harmless misspelling of a code word: two of its letters replaced, or its ending."""
    while True:
        letters = list(word)
        if rng.random() < 0.5:
            for at in rng.choice(len(letters), size=2, replace=False):
                letters[at] = pick(rng, _SWAPS)
        else:
            letters[-3:] = pick(rng, _ONSETS) + pick(rng, _NUCLEI) + pick(rng, _CODAS)
        changed = "".join(letters)
        if sum(a != b for a, b in zip(changed.ljust(9), word.ljust(9))) >= 2:
            return changed


def with_word(rng: Generator, text: str, word: str) -> str:
    """The text with a made-up word in its first REACH characters, where truncation never loses it."""
    words = text.split(" ") if text else []
    at = int(rng.integers(0, len(text[:REACH].split(" ")) + 1)) if words else 0
    replaced = 1 if rng.random() < 0.5 and at < len(words) else 0
    return " ".join([*words[:at], _decorated(rng, word), *words[at + replaced :]])


def _sentence(rng: Generator, lexicon: Lexicon) -> str:
    def fill(match: re.Match[str]) -> str:
        slot = match.group(1)
        if slot == "number":
            return str(int(rng.integers(1, 60)))
        if slot == "year":
            return str(int(rng.integers(1950, 2030)))
        if slot == "team":
            return pick(rng, lexicon["animal"]) + "s"
        return pick(rng, lexicon[slot])

    return re.sub(r"\{(\w+)\}", fill, pick(rng, TEMPLATES))


def _any_word(rng: Generator, lexicon: Lexicon) -> str:
    style = rng.random()
    if style < 0.38:
        return pick(rng, FUNCTION_WORDS)
    word = _listed_word(rng, lexicon)
    if style < 0.72:
        return word
    if style < 0.84:
        return word + pick(rng, SUFFIXES)
    if style < 0.90:
        return pick(rng, PREFIXES) + word
    return invented_word(rng) if style < 0.93 else _spliced(word, _listed_word(rng, lexicon))


def _listed_word(rng: Generator, lexicon: Lexicon) -> str:
    return pick(rng, COMMON if rng.random() < 0.5 else lexicon[pick(rng, tuple(lexicon))])


def _spliced(first: str, second: str) -> str:
    """The beginning of one word and the end of another: English spelling, unknown word."""
    if len(first) + len(second) < 12:
        return first + second
    return first[: len(first) // 2 + 1] + second[len(second) // 2 :]


def _decorated(rng: Generator, word: str) -> str:
    style = rng.random()
    if style < 0.15:
        word = word.capitalize()
    elif style < 0.27:
        word = word.upper()
    elif style < 0.37:
        word = "#" + word
    ending = rng.random()
    if ending < 0.12:
        return word + pick(rng, (".", "!", ",", "?", "...", "!!!", ":"))
    if ending < 0.17:
        return f'"{word}"'
    return word + "s" if ending < 0.22 else word


def _posted(rng: Generator, text: str, lexicon: Lexicon) -> str:
    """The habits of people who post: case, hashtags, links, mentions, emoji, stray spaces."""
    style = rng.random()
    if style < 0.18:
        text = text.lower()
    elif style < 0.26:
        text = text.upper()
    elif style < 0.50:
        text = text[:1].upper() + text[1:]
    if rng.random() < 0.12:
        text += " #" + _any_word(rng, lexicon).replace("'s", "")
    if rng.random() < 0.08:
        text = "@" + _any_word(rng, lexicon).replace("'s", "") + str(int(rng.integers(100))) + " " + text
    if rng.random() < 0.06:
        text += f" https://t.co/{int(rng.integers(36**6)):x}"
    if rng.random() < 0.10:
        text += " " + pick(rng, EMOJI)
    if rng.random() < 0.03:
        text = text.replace(" ", "  ", 1) + "\n"
    return text
