"""Training text for the small tokenizers: own sentences and made-up words in many scripts."""

from __future__ import annotations

import random
from collections.abc import Iterator

SENTENCES = (
    "The harbour was quiet and the boats were tied up for the night.",
    "She painted the wall blue, then green, then blue again.",
    "How are you doing today? I'm fine, we've just arrived and they'll follow.",
    "It isn't far: don't hurry, you're early, and he'd rather wait.",
    "Please bring 3 apples, 12 oranges and 450 grams of flour by 17:30.",
    "A photo of a dog sleeping under the kitchen table.",
    "The quick train left platform nine at noon; nobody noticed.",
    "Numbers like 3.14159, 2.71828 and 1,000,000 appear in the report.",
    "https://example.org/path?query=value&page=2#top is an address.",
    "if (x > 0) { return x * 2; } else { throw new Error('negative'); }",
    "<p>Some <b>bold</b> and <i>slanted</i> words</p>",
    "Le jardin est calme ce matin et les oiseaux chantent près de la fenêtre.",
    "Où est la gare ? Elle est à côté de l'église, derrière le théâtre.",
    "Der kleine Zug fährt über die Brücke und hält an jeder Straße.",
    "Das Wetter wird morgen schön, sagte die Nachbarin fröhlich.",
    "El niño corrió hacia la montaña con una cesta llena de manzanas.",
    "¿Dónde está la biblioteca? ¡Qué bonito día!",
    "A manhã começou com chuva, mas o coração da cidade não parou.",
    "Il treno parte alle otto e arriva prima di mezzogiorno, perché è veloce.",
    "De fiets staat naast het huis en de kat slaapt in de zon.",
    "Żółta łódka płynie po jeziorze, a dzieci śmieją się głośno.",
    "Příliš žluťoučký kůň běžel přes louku.",
    "Çocuklar bahçede oynuyor, güneş ışığı ağaçların üstünde.",
    "Trời hôm nay đẹp quá, chúng ta đi dạo quanh hồ nhé.",
    "Η θάλασσα είναι ήρεμη και ο ουρανός γαλανός.",
    "Сегодня утром мы пошли на рынок и купили свежий хлеб.",
    "Кораблі стоять у гавані, і вітер дуже тихий.",
    "الكتاب على الطاولة والقطة نائمة قرب النافذة.",
    "ذهبنا إلى السوق صباحا واشترينا الخبز والتفاح.",
    "הספר על השולחן והחתול ישן ליד החלון.",
    "किताब मेज़ पर है और बिल्ली खिड़की के पास सो रही है।",
    "आज मौसम बहुत अच्छा है, हम बाज़ार जा रहे हैं।",
    "বইটি টেবিলের উপর আছে এবং বিড়ালটি ঘুমাচ্ছে।",
    "புத்தகம் மேசையின் மேல் உள்ளது.",
    "หนังสืออยู่บนโต๊ะและแมวนอนอยู่ใกล้หน้าต่าง",
    "书在桌子上，猫睡在窗户旁边。",
    "今天天气很好，我们去公园散步吧。",
    "今日は天気がいいので、公園を散歩しましょう。",
    "本はテーブルの上にあり、ネコは窓のそばで寝ています。",
    "오늘은 날씨가 좋아서 공원에서 산책하기로 했어요.",
    "책은 탁자 위에 있고 고양이는 창가에서 자고 있다.",
    "მთა მაღალია და ცა ლურჯია.",
    "Գիրքը սեղանի վրա է։",
    "So happy today 😀😀 what a view 🌅🌊 love it ❤️ 👍🏽",
    "🎉🎂 party at noon 🚲➡️🏠 ok 👌 😂😂😂",
    "→ ← ↑ ↓ ≈ ≠ ≤ ≥ ± × ÷ √ ∞ § ¶ † ‡ • … – — “ ” ‘ ’ « » € £ ¥ © ® ™ °",
)

# Syllable parts: made-up words are drawn from one row.
SCRIPTS = (
    (
        "b d f g k l m n p r s t v z br cl dr st tr sh ch th".split(),
        "a e i o u ai ea ou oo".split(),
    ),
    ("b c d f g l m n p q r s t v".split(), "a é è ê i o u ô à ü ö ä ñ ç ø å".split()),
    ("б в г д ж з к л м н п р с т х ч ш".split(), "а е и о у ы я ю ё й".split()),
    ("β γ δ ζ θ κ λ μ ν π ρ σ τ φ χ".split(), "α ε η ι ο υ ω ά έ ό".split()),
    ("ب ت ج ح د ر س ش ع ف ق ك ل م ن ه".split(), "ا و ي ة".split()),
    ("ב ג ד ה ז ח ט כ ל מ נ ס פ צ ק ר ש ת".split(), "א ו י ע".split()),
    ("क ख ग च ज ट ड त द न प ब म य र ल व स ह".split(), "ा ि ी ु े ो ं".split()),
    (
        "か き く け こ さ し す せ そ た ち つ て と".split(),
        "な に の は ま も ら り る を ん".split(),
    ),
    ("ア イ ウ カ キ ク サ シ ス タ チ ト".split(), "ナ ニ マ ミ ラ リ ル ン ー".split()),
    (
        "山 水 火 木 金 土 日 月 人 大 小 中 上 下".split(),
        "国 学 生 天 气 好 书 猫 车 花 雨 风".split(),
    ),
    ("가 나 다 라 마 바 사 아 자 하 고 노 도".split(), "은 는 이 를 에 서 요 니 지 기".split()),
    ("ก ข ค ง จ ช ด ต ท น บ ป ม ร ล ว ส ห".split(), "า ี ู เ แ โ ่ ้".split()),
)

PUNCTUATION = (
    " ",
    " ",
    " ",
    " ",
    " ",
    ", ",
    ". ",
    "! ",
    "? ",
    "; ",
    ": ",
    " - ",
    "\n",
    "/",
    "'",
    '"',
)


def training_text(lines: int = 2600) -> Iterator[str]:
    """The sentences, often, then `lines` lines of made-up words; the same on every run."""
    for _ in range(10):
        yield from SENTENCES
        yield from (sentence.lower() for sentence in SENTENCES)
    rng = random.Random(20240611)
    dictionaries = [_dictionary(rng, *parts) for parts in SCRIPTS]
    for line in range(lines):
        # Half of the lines are in the first, Latin script.
        words = dictionaries[0] if line % 2 else dictionaries[int(rng.random() * len(SCRIPTS))]
        yield "".join(
            _pick(rng, words) + PUNCTUATION[int(rng.random() * len(PUNCTUATION))] for _ in range(12)
        )


def _dictionary(rng: random.Random, onsets: list[str], vowels: list[str]) -> list[str]:
    """600 words of one to four syllables; some capitalised, some with digits."""

    def syllable() -> str:
        return onsets[int(rng.random() * len(onsets))] + vowels[int(rng.random() * len(vowels))]

    words = ["".join(syllable() for _ in range(1 + int(rng.random() * 4))) for _ in range(600)]
    return [
        word.capitalize() if index % 5 == 0 else f"{word}{index}" if index % 17 == 0 else word
        for index, word in enumerate(words)
    ]


def _pick(rng: random.Random, words: list[str]) -> str:
    """Skewed towards the front, as word frequencies are."""
    return words[int(len(words) * rng.random() ** 2)]
