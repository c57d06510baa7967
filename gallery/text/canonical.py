"""The canonical form of texts for comparison: one definition for queries, the index, the database and highlights.

A text folds to passages. In each, words are separated by one space, and stand between spaces; characters of scripts
without spaces (Chinese, Japanese, Thai) and symbols (emoji, currencies) follow each other directly, over line ends too.
So every engine compares plain substrings: " car" is the start of a word, " car " a whole one. Nothing goes on over a
tab or an empty line: recognised text has them between table cells and between blocks.

The first passage joins the parts of words, codes and long numbers: don't → dont, NH-961 → nh961, 1,043 → 1043. Further
passages contain the parts that can be read in other ways: with their separators as spaces (don t), numbers in groups
as one (138 0013 8000), and codes, numbers and addresses that go on in the next line.
"""

import re
import unicodedata
from bisect import bisect
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

from gallery.text.characters import clusters, fold_cluster
from gallery.text.joining import joints, spaced_numbers

# The version of the form, a part of the version of the keyword index; raised with every change.
VERSION = 1
# Words up to this length match at the start of words only: "cat" and "rain" are in "education" and "training". Longer
# ones rarely match by accident, and OCR drops spaces.
MAX_SHORT_WORD_LENGTH = 5
SHORT_WORD = re.compile(f"[a-z\u0100-\u024f\u0370-\u03ff\u0400-\u052f]{{1,{MAX_SHORT_WORD_LENGTH}}}")
# Scripts without spaces: Thai, Lao, Burmese, Khmer, kana, Chinese.
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3041-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)
# Categories of characters that are searched for though they are no letters: emoji, currencies, mathematical signs.
SYMBOLS = frozenset(("So", "Sc", "Sm", "Co", "Cn"))
# Signs of these categories that separate words: operators, degrees, and the lines of tables.
NO_SYMBOLS = re.compile("[+<=>|~¬¦°©®\u2500-\u259f]")
# The signs in names such as C++ and C#.
NAME_SIGNS = re.compile(r"(?<=[a-z])\+\+(?![a-z_])|(?<=\b[a-z])#(?!\w)")
# Japanese keyboards write dashes in numbers as the long vowel; 々 repeats a character.
LONG_VOWEL_AS_DASH = re.compile("(?<=[0-9a-z])ー(?=[0-9a-z])")
REPETITION = re.compile("([\u3400-\u9fff])々")

# The end of a line that the next line may continue, and signs that it does.
AT_END_OF_NUMBER = "0123456789 ./()'-"
NEXT_NUMBER, NEXT_WORD = re.compile(r"\d(?:[\d ./()'-]*\d)?(?![^\W_])"), re.compile(r"\S+")
ADDRESS_LIKE = re.compile(r"@|://|/.*/|[a-z0-9][._][a-z]")
ADDRESS_BEFORE, ADDRESS_AFTER = re.compile(r"[/_=&?@]$"), re.compile(r"[./_=&?@]")
MIN_CODE_LENGTH = 6
DIGIT = re.compile(r"\d")
LINE = re.compile(r"[^\n]+")
LINE_BREAK = re.compile(r"(?<!\s)[ \t]*+\n\s*+")
BOUNDARY = re.compile(r"\t|\n *\n")


@dataclass(frozen=True)
class Passage:
    """A folded text between two spaces, and for each character its index in the original text."""

    text: str
    origins: Sequence[int]

    def __bool__(self) -> bool:
        return bool(self.text)


def fold(text: str) -> str:
    """Return the passages of `text`, one a line, as index and database store them."""
    return "\n".join(passage.text for passage in passages(text))


def passages(text: str) -> list[Passage]:
    """Return the passages of `text`: the whole with its parts joined, then the parts that can be read otherwise."""
    letters = _Letters.of(text)
    joined = letters.joints()
    others = {
        passage.text: passage for passage in chain(letters.separated(joined), letters.numbers(), letters.continued())
    }
    return [letters.passage(0, len(letters.text), joined), *filter(None, others.values())]


def forms(term: str) -> tuple[str, ...]:
    """Return the forms of a term without outer spaces: a text that contains one of them contains the term.

    Empty for a term of punctuation only.
    """
    letters = _Letters.of(term)
    size = len(letters.text)
    ways = (letters.joints(with_spaces=True), letters.joints(), ())
    texts = (letters.passage(0, size, joined).text.strip() for joined in ways)
    return tuple(dict.fromkeys(filter(None, texts)))


def pattern(form: str, *, is_whole: bool = False) -> str:
    """Return the substring by which engines look for `form`: the whole word, or the start of one if it is short."""
    if is_whole:
        return _bounded(form, begin=True, end=True)
    return f" {form}" if is_short_word(form) else form


def part_patterns(part: str) -> tuple[str, ...]:
    """Return substrings, one of which is in every folded text with this part, such as “_1.” in a file name.

    The part may be within words, except where it begins or ends with a separator.
    """
    kinds = _Letters.of(part).kinds
    return tuple(_bounded(form, begin=kinds[0] == " ", end=kinds[-1] == " ") for form in forms(part))


def _bounded(form: str, *, begin: bool, end: bool) -> str:
    """Return `form` with spaces where a word must begin or end; unspaced characters have no such spaces."""
    before = " " if begin and not is_unspaced(form[0]) else ""
    return before + form + (" " if end and not is_unspaced(form[-1]) else "")


def is_unspaced(character: str) -> bool:
    """Return True for a folded character that follows others without spaces: Chinese, Thai, emoji."""
    return _KINDS[ord(character)] in "us"


def is_short_word(form: str) -> bool:
    """Return True for a word of an alphabet that is too short to match inside other words."""
    return SHORT_WORD.fullmatch(form) is not None


class _Kinds(dict[int, str]):
    """Translates characters to their kind: "w" in words, "u" unspaced, "s" symbols, and a space for separators."""

    def __missing__(self, code: int) -> str:
        character, category = chr(code), unicodedata.category(chr(code))
        if category[0] == "P" or NO_SYMBOLS.match(character):
            kind = " "
        elif UNSPACED.match(character):
            kind = "u"
        elif category in SYMBOLS:
            kind = "s"
        else:
            kind = "w" if character.isalnum() or category[0] == "M" else " "
        self[code] = kind
        return kind


_KINDS = _Kinds()
UNSPACED_KIND, SYMBOLS_IN_PHRASE = re.compile("[us]"), re.compile("u *s[s ]*u")
WORDS, WORDS_WITHOUT_SYMBOLS = re.compile("w+|[us]+"), re.compile("w+|u+")


@cache
def _pieces() -> re.Pattern[str]:
    """Return the expression of a run of characters that fold to lower case, or of another cluster."""
    # The last one may belong to a cluster with the marks behind it.
    return re.compile(rf"(?P<plain>[ -_a-~]+(?![^\x00-\x7f]))|{clusters().pattern}")


@dataclass(frozen=True)
class _Letters:
    """Canonical characters with all separators, the kind of each, and its index in the original text."""

    text: str
    kinds: str
    origins: Sequence[int]

    @classmethod
    def of(cls, text: str) -> "_Letters":
        folded: list[str] = []
        origins: list[int] = []
        for piece in _pieces().finditer(text):
            if piece.lastgroup:
                folded.append(piece.group().lower())
                origins += range(*piece.span())
            else:
                characters = fold_cluster(piece.group())
                folded.append(characters)
                origins += [piece.start()] * len(characters)
        letters = REPETITION.sub(r"\1\1", LONG_VOWEL_AS_DASH.sub("-", "".join(folded)))
        return cls(letters, NAME_SIGNS.sub(lambda signs: "w" * len(signs.group()), letters).translate(_KINDS), origins)

    def joints(self, *, with_spaces: bool = False) -> frozenset[int]:
        """Return the ends of the words that the next word continues."""
        ends = joints(self.text, with_spaces=with_spaces)
        return frozenset(end for end in ends if self.kinds[end - 1] == "w" and self._next_kind(end) == "w")

    def _next_kind(self, at: int) -> str:
        word = WORDS.search(self.kinds, at)
        return word.group()[0] if word else " "

    def passage(self, begin: int, end: int, joined: Collection[int], *, words: re.Pattern[str] = WORDS) -> Passage:
        """Return the passage of a part; `joined` are the ends of words that the next one continues."""
        text: list[str] = []
        origins: list[int] = []
        before = begin
        for atom in words.finditer(self.kinds, begin, end):
            start, stop = atom.span()
            if not text or (before not in joined and self._is_apart(before, start)):
                text.append(" ")
                origins.append(self.origins[start])
            text.append(self.text[start:stop])
            origins += self.origins[start:stop]
            before = stop
        return Passage("".join([*text, " "]), [*origins, origins[-1]]) if text else Passage("", [])

    def _is_apart(self, before: int, start: int) -> bool:
        """Return whether a space separates the atom that ends at `before` from the one that begins at `start`."""
        return "w" in (self.kinds[start], self.kinds[before - 1]) or bool(BOUNDARY.search(self.text, before, start))

    def separated(self, joined: Collection[int]) -> Iterator[Passage]:
        """Yield the lines with joined words, or with symbols in a phrase, with spaces and without symbols instead."""
        ends = sorted(joined)
        at = 0
        for line in LINE.finditer(self.text):
            first, at = at, bisect(ends, line.end(), at)
            if first < at or SYMBOLS_IN_PHRASE.search(self.kinds, *line.span()):
                yield self.passage(*line.span(), (), words=WORDS_WITHOUT_SYMBOLS)

    def numbers(self) -> Iterator[Passage]:
        """Yield numbers whose groups of digits stand apart as one."""
        for number in spaced_numbers(self.text):
            yield self._together([number.span()])

    def continued(self) -> Iterator[Passage]:
        """Yield the codes, numbers and addresses that go on in the next line, and in the lines after it."""
        parts: list[tuple[int, int]] = []
        begin = 0
        for line_break in LINE_BREAK.finditer(self.text):
            end, after = line_break.span()
            left, right = self._last_word(begin, end), self._first_word(after)
            begin = after
            if BOUNDARY.search(line_break.group()) or not (
                left < end and after < right and _goes_on(self.text[left:end], self.text[after:right])
            ):
                continue
            if parts and left <= parts[-1][0]:
                parts[-1] = (parts[-1][0], end)
            else:
                if parts:
                    yield self._together(parts)
                parts = [(left, end)]
            parts.append((after, right))
        if parts:
            yield self._together(parts)

    def _last_word(self, begin: int, end: int) -> int:
        """Return where the last word of a line begins, or the number in groups at its end."""
        line, kinds = self.text[begin:end], self.kinds[begin:end]
        word = max(line.rfind(" "), line.rfind("\t"), kinds.rfind("u"), kinds.rfind("s")) + 1
        digit = DIGIT.search(line, len(line.rstrip(AT_END_OF_NUMBER)))
        return begin + (min(word, digit.start()) if digit else word)

    def _first_word(self, begin: int) -> int:
        """Return where the first word of a line ends, or the number in groups at its beginning."""
        if number := NEXT_NUMBER.match(self.text, begin):
            return number.end()
        word = NEXT_WORD.match(self.text, begin)
        unspaced = UNSPACED_KIND.search(self.kinds, begin, word.end()) if word else None
        return unspaced.start() if unspaced else word.end() if word else begin

    def _together(self, parts: Sequence[tuple[int, int]]) -> Passage:
        text = "".join(self.text[begin:end] for begin, end in parts)
        kinds = "".join(self.kinds[begin:end] for begin, end in parts)
        origins = [origin for begin, end in parts for origin in self.origins[begin:end]]
        letters = _Letters(text, kinds, origins)
        return letters.passage(0, len(text), letters.joints(with_spaces=True))


def _goes_on(left: str, right: str) -> bool:
    """Return whether the end of a line and the start of the next one are a number, code or address."""
    return bool(
        (DIGIT.search(left) and DIGIT.search(right))
        or ADDRESS_BEFORE.search(left)
        or ADDRESS_AFTER.match(right)
        or any(ADDRESS_LIKE.search(side) or _is_code_like(side) for side in (left, right))
    )


def _is_code_like(word: str) -> bool:
    return len(word) >= MIN_CODE_LENGTH and bool(DIGIT.search(word)) and any(map(str.isalpha, word))
