"""Chooses the Chinese name of a place, and the names by which people search it, among GeoNames' alternate names."""

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import opencc
from babel.core import get_global
from babel.languages import get_territory_language_info
from pypinyin import lazy_pinyin
from rapidfuzz.distance import OSA

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from gallery.places.keys import key_of
from gallery.text.chinese import simplified

HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff·]+")
CHINESE_LANDS = frozenset(("CN", "HK", "MO", "TW", "SG"))
# English names, names in the country's language, and former names that are typed often.
WELL_KNOWN = (Path(__file__).parent / "well_known.txt").read_text().split()
WELL_KNOWN_KEYS = frozenset(map(key_of, WELL_KNOWN))
# The words for city, county, district, province … at the end of names, which people leave out.
SUFFIXES = re.compile(
    "(?<=..)(?:市|縣|县|區|区|省|府|縣|県|町|村|特别行政区|壮族自治区|回族自治区|维吾尔自治区|自治区|特別行政區)$"
)
CITY = re.compile("(?<=..)(?:广域市|特别市|特别自治市|市)$")
SUFFIXES_IN_PINYIN = re.compile(" (?:Shi|Sheng|Qu|Xian|District|City|Municipality|Zizhiqu)$")
# Shorter Latin names are codes of airports and countries, or common words.
MIN_LETTERS = 4
MAX_LATIN_NAMES = 12
# Capitalised words; others, such as T'ai-pei-hsien, mi wnik and MUC, are transcriptions and codes.
LATIN_NAME = re.compile(r"[^\W\d_a-z](?:[^\W\d_A-Z]|(?<=[ -])[^\W\d_]|[ .-])+")
SCRIPTS = {"CJK": "Hani", "HIRAGANA": "Kana", "KATAKANA": "Kana", "HANGUL": "Hang"}
# Names in these scripts are searched everywhere: they belong to the languages of the interface.
EVERYWHERE = frozenset(("LATIN", "Hani"))
SPEAKERS_PERCENT = 15
to_simplified = opencc.OpenCC("t2s").convert
to_traditional = opencc.OpenCC("s2t").convert


def chinese_name(names: Iterable[str], *, country: str, english: str) -> str:
    """Return the simplified Chinese name among the names of a place; empty if there is none.

    The English name of a place in China is the pinyin of the Chinese one.
    """
    names = [name for name in names if HAN.fullmatch(name)]
    counts = Counter(shortened(to_simplified(name), country=country) for name in names)
    # Names that only exist in simplified characters come from the mainland.
    mainland = {to_simplified(name) for name in names if to_traditional(name) != name}
    pinyin = key_of(SUFFIXES_IN_PINYIN.sub("", english))
    return max(
        counts,
        key=lambda name: (sound_of(name) == pinyin, counts[name], name in mainland, -len(name)),
        default="",
    )


def sound_of(name: str) -> str:
    """Return the pinyin of a Chinese name."""
    return key_of("".join(lazy_pinyin(name)))


def shortened(name: str, *, country: str) -> str:
    """Return a simplified name without the word for city, and in Chinese and Japanese ones for districts and others."""
    if country == "JP":
        name = "".join(map(simplified, name))
    return SUFFIXES.sub("", name) if country in CHINESE_LANDS or country == "JP" else CITY.sub("", name)


def searchable_names(names: Sequence[str], *, main: Sequence[str], country: str) -> list[str]:
    """Return the further names that people of the country, and readers of Latin letters and Chinese, type.

    Each is another spelling than all before. Longer names than the main ones, such as “Monaco di Baviera”, would be
    found by words that mean other places.
    """
    seen = {key_of(name) for name in main}
    words = max(name.count(" ") for name in main)
    found = {}
    for name in names:
        if (key := key_of(name)) and key not in seen and name.count(" ") <= words and _is_typed(name, country):
            found.setdefault(key, name)
    latin = [key for key in found if key.isascii()]
    distinct = _distinct(latin, main=key_of(main[0]))
    return [name for key, name in found.items() if not key.isascii() or key in distinct]


def _distinct(keys: Sequence[str], *, main: str) -> frozenset[str]:
    """Return up to MAX_LATIN_NAMES spellings that are far from each other, those like most others first.

    Searches find similar spellings anyway, and suggestions must not offer rare ones.
    """
    near = {key: sum(OSA.distance(key, other) <= _allowed(key) for other in keys) for key in keys}
    kept: list[str] = []
    for key in sorted(keys, key=lambda key: (key not in WELL_KNOWN_KEYS, -near[key], key)):
        if key in WELL_KNOWN_KEYS or all(OSA.distance(key, other) > _allowed(key) for other in (main, *kept)):
            kept.append(key)
    return frozenset(kept[:MAX_LATIN_NAMES])


def _allowed(key: str) -> int:
    return 1 if len(key) <= 5 else 2 if len(key) <= 9 else 3


def _is_typed(name: str, country: str) -> bool:
    if "\n" in name or len(name) > 60 or any(map(str.isdigit, name)):
        return False
    scripts = {_script(letter) for letter in name if letter.isalpha()}
    if scripts == {"LATIN"}:
        return len(name) >= MIN_LETTERS and LATIN_NAME.fullmatch(name) is not None
    return bool(scripts) and scripts <= EVERYWHERE - {"LATIN"} | scripts_of(country)


def _script(letter: str) -> str:
    name = unicodedata.name(letter, "OTHER").split(" ")[0].split("-")[0]
    return SCRIPTS.get(name, name)


@cache
def scripts_of(country: str) -> frozenset[str]:
    """Return the scripts of the languages of a country, by Unicode's names."""
    found = set()
    for language, details in get_territory_language_info(country).items():
        if details["official_status"] or details["population_percent"] >= SPEAKERS_PERCENT:
            found.update(_scripts_of_language(language, country))
    return frozenset(found)


NAMES_OF_SCRIPTS = {
    "Cyrl": "CYRILLIC",
    "Grek": "GREEK",
    "Arab": "ARABIC",
    "Hebr": "HEBREW",
    "Thai": "THAI",
    "Deva": "DEVANAGARI",
    "Beng": "BENGALI",
    "Geor": "GEORGIAN",
    "Armn": "ARMENIAN",
    "Ethi": "ETHIOPIC",
    "Khmr": "KHMER",
    "Laoo": "LAO",
    "Mymr": "MYANMAR",
    "Sinh": "SINHALA",
    "Taml": "TAMIL",
    "Telu": "TELUGU",
    "Tibt": "TIBETAN",
    "Kore": "Hang",
    "Jpan": "Kana",
    "Mong": "MONGOLIAN",
}


def _scripts_of_language(language: str, country: str) -> Iterable[str]:
    likely = get_global("likely_subtags")
    tag = likely.get(f"{language}_{country}") or likely.get(language, "")
    for part in tag.split("_"):
        if part in NAMES_OF_SCRIPTS:
            yield NAMES_OF_SCRIPTS[part]
