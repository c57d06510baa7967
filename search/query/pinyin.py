"""Chinese words typed in the Latin alphabet: by their syllables (diaoxiu), initials (zgc), or both (zhonggc).

A character with several readings counts with each of them.
"""

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from functools import cache, lru_cache
from importlib.util import find_spec
from itertools import pairwise, product
from pathlib import Path

from gallery.text.canonical import UNSPACED
from search.query.spelling import Span

MIN_SYLLABLES, MIN_WITH_INITIALS = 2, 3
# Longer words are no names, and have too many segmentations.
MAX_LENGTH, MAX_PATHS = 40, 8
LATIN_WORD = re.compile(f"[a-z]{{3,{MAX_LENGTH}}}")
INITIALS = frozenset(["zh", "ch", "sh", *"bpmfdtnlgkhjqxzcsryw"])
UNSPACED_RUN = re.compile(f"(?:{UNSPACED.pattern}){{2,}}")
TONES = re.compile("[\u0300\u0301\u0302\u0304\u030c]")
# Interjections such as 嗯 have readings without a vowel.
VOWEL = re.compile("[aeiouv]")


@cache
def readings(character: str) -> frozenset[str]:
    """Return the toneless syllables of a Chinese character; those with ü as v and as u. Empty for others."""
    return _readings().get(character, frozenset())


@lru_cache(maxsize=1000)
def syllable_paths(word: str) -> list[tuple[str, ...]]:
    """Return the segmentations of a folded Latin word into at least 2 syllables.

    If there are none, the shortest of those into syllables and then initials, at least 3 in all.
    """
    if not LATIN_WORD.fullmatch(word):
        return []
    syllables = characters_of().keys()
    whole = [path for path in _paths(word, syllables) if len(path) >= MIN_SYLLABLES]
    if whole:
        return whole[:MAX_PATHS]
    mixed = [path for path in _paths(word, syllables | INITIALS) if _is_mixed(path)]
    fewest = min(map(len, mixed), default=0)
    return [path for path in mixed if len(path) == fewest][:MAX_PATHS]


def pinyin_spans(word: str, text: str) -> Iterator[Span]:
    """Yield the places of Chinese characters in a passage that are read like the folded `word`."""
    return _spans([path for path in syllable_paths(word) if path[0] not in INITIALS], text)


def initials_spans(word: str, text: str) -> Iterator[Span]:
    """Yield the places of Chinese characters in a passage whose syllables begin with the letters of `word`."""
    return _spans([path for path in syllable_paths(word) if path[0] in INITIALS], text)


def _spans(paths: Sequence[tuple[str, ...]], text: str) -> Iterator[Span]:
    return (found.span() for found in _pattern(tuple(paths)).finditer(text)) if paths else iter(())


def sound_tokens(text: str) -> Iterator[str]:
    """Yield the tokens of a passage for an index: "zhong guan" for two neighbours, "zgc" for initials of three."""
    for run in UNSPACED_RUN.findall(text):
        sounds = [readings(character) for character in run]
        for left, right in pairwise(sounds):
            yield from map(" ".join, product(left, right))
        initials = [frozenset(syllable[0] for syllable in syllables) for syllables in sounds]
        for three in zip(initials, initials[1:], initials[2:], strict=False):
            yield from map("".join, product(*three))


def tokens_of_path(path: tuple[str, ...]) -> list[str]:
    """Return those of `sound_tokens` that every text with this path has."""
    syllables = characters_of()
    if all(part in syllables for part in path):
        return list(map(" ".join, pairwise(path)))
    initials = "".join(part[0] for part in path)
    return [initials[at : at + 3] for at in range(len(initials) - 2)]


@cache
def characters_of() -> dict[str, str]:
    """Return the characters of each syllable."""
    characters: dict[str, list[str]] = defaultdict(list)
    for character, syllables in _readings().items():
        for syllable in syllables:
            characters[syllable].append(character)
    return {syllable: "".join(found) for syllable, found in characters.items()}


@lru_cache(maxsize=200)
def _pattern(paths: tuple[tuple[str, ...], ...]) -> re.Pattern[str]:
    return re.compile("|".join("".join(map(_read_as, path)) for path in paths))


@cache
def _read_as(part: str) -> str:
    """Return the expression of a character that is read as a syllable, or with an initial."""
    by_syllable = characters_of()
    keys = [part] if part not in INITIALS else [key for key in by_syllable if key.startswith(part)]
    characters = dict.fromkeys("".join(map(by_syllable.__getitem__, keys)))
    usual = "".join(character for character in characters if character <= "\uffff")
    # Python looks through those behind U+FFFF one by one, for every character of a text.
    rare = "".join(character for character in characters if character > "\uffff")
    return f"(?:[{usual}]|(?=[\U00020000-\U0003ffff])[{rare}])" if usual and rare else f"[{usual}{rare}]"


def _is_mixed(path: tuple[str, ...]) -> bool:
    """Return whether the path has syllables first and initials behind them: people shorten the end of a name."""
    are_initials = [part in INITIALS for part in path]
    return len(path) >= MIN_WITH_INITIALS and are_initials == sorted(are_initials) and are_initials[-1]


def _paths(word: str, parts: Set[str]) -> list[tuple[str, ...]]:
    """Return the segmentations of `word` into `parts`, those with long parts first, up to some number."""
    longest = 6
    # From the end: the segmentations of each remainder.
    found: list[list[tuple[str, ...]]] = [[] for _letter in word] + [[()]]
    for begin in range(len(word) - 1, -1, -1):
        for end in range(min(len(word), begin + longest), begin, -1):
            if word[begin:end] in parts:
                found[begin] += [(word[begin:end], *rest) for rest in found[end]]
        found[begin] = sorted(found[begin], key=len)[: 4 * MAX_PATHS]
    return found[0]


@cache
def _readings() -> dict[str, frozenset[str]]:
    """Return pypinyin's table without its phrases and tones, which fill 50 MB."""
    spec = find_spec("pypinyin")
    folder = Path(str(spec.origin)).parent if spec else Path()
    table = json.loads((folder / "pinyin_dict.json").read_text("utf-8"))
    same: dict[str, frozenset[str]] = {}
    return {
        chr(int(code)): same.setdefault(with_tones, syllables)
        for code, with_tones in table.items()
        if (syllables := frozenset(_toneless(with_tones)))
    }


def _toneless(with_tones: str) -> Iterator[str]:
    for syllable in with_tones.split(","):
        plain = unicodedata.normalize("NFC", TONES.sub("", unicodedata.normalize("NFD", syllable)))
        for letter in ("v", "u"):
            bare = plain.replace("ü", letter)
            if bare.isascii() and VOWEL.search(bare):
                yield bare
