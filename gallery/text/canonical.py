"""The canonical form of texts for comparison: one definition for queries, the index, the database and highlights.

A text folds to passages. In each, words are separated by one space, and stand between spaces; characters of scripts
without spaces (Chinese, Japanese, Thai) and symbols (emoji, currencies) follow each other directly, over line ends too.
So every engine compares plain substrings: " car" is the start of a word, " car " a whole one. Nothing goes on over a
tab or an empty line: recognised text has them between table cells and between blocks.

The first passage joins the parts of words, codes and long numbers: don't → dont, NH-961 → nh961, 1,043 → 1043. Further
passages contain the parts that can be read in other ways: with their separators as spaces (don t), and codes, numbers
and addresses that go on in the next line.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gallery.text.characters import SOFT_HYPHEN, clusters, fold_cluster

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
OPERATORS = frozenset("+<=>|~⁄∕−∙⋅")
# The signs in names such as C++ and C#.
NAME_SIGNS = re.compile(r"(?<=[a-z])(?:\+\+|#)(?!\w)")

# Numbers of at least so many digits are joined whatever separates the groups; shorter ones only by thousands.
MIN_JOINED_DIGITS = 6
NUMBER = re.compile(r"(?<!\d)\d+(?:(?: ?[()] ?| ?- ?|[./,'·_ ])\d+)+(?!\d)")
GROUP = re.compile(r"\d+")
PART = re.compile(r"[^\W_]+")
CODE = re.compile(r"[^\W_]+(?:[-/_][^\W_]+)+")
WITHIN_WORD = re.compile(r"(?<=[^\W_])(?:_|[^\w\s])+(?=[^\W_])")
HYPHENATED = re.compile(rf"(?<=[^\W_])[-{SOFT_HYPHEN}] *\n *(?=[^\W_])")
# The end of a line that the next line may continue, and signs that it does.
CONTINUED = re.compile(r"\d[\d ./()'-]*$|\S+$")
NEXT = re.compile(r"\S+")
CODE_LIKE = re.compile(r"\d|@|[^\W_][./_][^\W_]|://|[./_=&?]$|^[./@?&=_]")
LINE_BREAK = re.compile(r"\s*\n\s*")
BOUNDARY = re.compile(r"\t|\n *\n")


@dataclass(frozen=True)
class Passage:
    """A folded text between two spaces, and for each character its index in the original text."""

    text: str
    origins: Sequence[int]


def fold(text: str) -> str:
    """Return the passages of `text`, one a line, as index and database store them."""
    return "\n".join(passage.text for passage in passages(text))


def passages(text: str) -> list[Passage]:
    """Return the passages of `text`: the whole with its parts joined, then the parts that can be read otherwise."""
    letters = _Letters.of(text)
    whole = letters.passage(0, len(letters.text), joins=True)
    others = {passage.text: passage for passage in (*letters.separated(), *letters.continued())}
    return [passage for passage in (whole, *others.values()) if passage is whole or passage.text not in whole.text]


def forms(term: str) -> tuple[str, ...]:
    """Return the forms of a term without outer spaces: a text that contains one of them contains the term.

    Empty for a term of punctuation only.
    """
    letters = _Letters.of(term)
    both = (letters.passage(0, len(letters.text), joins=joins).text.strip() for joins in (True, False))
    return tuple(dict.fromkeys(filter(None, both)))


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
    return _KINDS[ord(character)] == "u"


def is_short_word(form: str) -> bool:
    """Return True for a word of an alphabet that is too short to match inside other words."""
    return SHORT_WORD.fullmatch(form) is not None


class _Kinds(dict[int, str]):
    """Translates characters to their kind: "w" in words, "u" unspaced, and a space for separators."""

    def __missing__(self, code: int) -> str:
        character, category = chr(code), unicodedata.category(chr(code))
        if UNSPACED.match(character) or (category in SYMBOLS and character not in OPERATORS):
            kind = "u"
        else:
            kind = "w" if character.isalnum() or category[0] == "M" else " "
        self[code] = kind
        return kind


_KINDS = _Kinds()


@dataclass(frozen=True)
class _Letters:
    """Canonical characters with all separators, the kind of each, and its index in the original text."""

    text: str
    kinds: str
    origins: Sequence[int]

    @classmethod
    def of(cls, text: str) -> "_Letters":
        folded, origins = text.lower(), list(range(len(text)))
        if not (text.isascii() and text.isprintable() and "`" not in text):
            found = [(fold_cluster(cluster.group()), cluster.start()) for cluster in clusters().finditer(text)]
            folded = "".join(characters for characters, _at in found)
            origins = [at for characters, at in found for _character in characters]
        kinds = NAME_SIGNS.sub(lambda signs: "w" * len(signs.group()), folded).translate(_KINDS)
        return cls(folded, kinds, origins)

    def passage(self, begin: int, end: int, *, joins: bool) -> Passage:
        """Return the passage of a part; `joins` decides about the separators within words, codes and numbers."""
        joined = self._joined(begin, end) if joins else frozenset()
        text: list[str] = []
        origins: list[int] = []
        before = begin
        for atom in re.finditer("w+|u+", self.kinds[begin:end]):
            start, stop = begin + atom.start(), begin + atom.end()
            is_unspaced = self.kinds[start] == "u" == self.kinds[before - 1]
            is_apart = not is_unspaced or BOUNDARY.search(self.text, before, start)
            if not text or (is_apart and before not in joined):
                text.append(" ")
                origins.append(self.origins[start])
            text.append(self.text[start:stop])
            origins += self.origins[start:stop]
            before = stop
        return Passage("".join([*text, " "]), [*origins, origins[-1]]) if text else Passage("", [])

    def separated(self) -> Iterator[Passage]:
        """Yield the lines with all separators as spaces."""
        for line in re.finditer(r"[^\n]+", self.text):
            yield self.passage(*line.span(), joins=False)

    def continued(self) -> Iterator[Passage]:
        """Yield the codes, numbers and addresses that go on in the next line, and in the lines after it."""
        parts: list[tuple[int, int]] = []
        begin = 0
        for line_break in LINE_BREAK.finditer(self.text):
            left = CONTINUED.search(self.text, begin, line_break.start())
            right = NEXT.match(self.text, line_break.end())
            begin = line_break.end()
            if BOUNDARY.search(line_break.group()):
                continue
            if not (left and right and (CODE_LIKE.search(left.group()) or CODE_LIKE.search(right.group()))):
                continue
            if not parts or left.start() > parts[-1][0]:
                if parts:
                    yield self._together(parts)
                parts = [left.span()]
            parts.append(right.span())
        if parts:
            yield self._together(parts)

    def _together(self, parts: Sequence[tuple[int, int]]) -> Passage:
        text = "".join(self.text[begin:end] for begin, end in parts)
        kinds = "".join(self.kinds[begin:end] for begin, end in parts)
        origins = [origin for begin, end in parts for origin in self.origins[begin:end]]
        return _Letters(text, kinds, origins).passage(0, len(text), joins=True)

    def _joined(self, begin: int, end: int) -> frozenset[int]:
        """Return the ends of words that the next word continues."""
        joined = {gap.start() for gap in HYPHENATED.finditer(self.text, begin, end)}
        for gap in WITHIN_WORD.finditer(self.text, begin, end):
            if not (self.text[gap.start() - 1].isdigit() and self.text[gap.end()].isdigit()):
                joined.add(gap.start())
        for number in NUMBER.finditer(self.text, begin, end):
            groups = GROUP.findall(number.group())
            is_in_thousands = len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
            if is_in_thousands or sum(map(len, groups)) >= MIN_JOINED_DIGITS:
                joined.update(_inner_ends(GROUP, number))
        for code in CODE.finditer(self.text, begin, end):
            if any(character.isalpha() for character in code.group()):
                joined.update(_inner_ends(PART, code))
        return frozenset(joined)


def _inner_ends(part: re.Pattern[str], found: re.Match[str]) -> Iterator[int]:
    """Yield the ends of the parts of a match, except the last one."""
    return (end for match in part.finditer(found.string, *found.span()) if (end := match.end()) < found.end())
