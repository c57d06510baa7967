"""Similar spellings: words with typing mistakes, Chinese phrases with one wrong character, codes with confused glyphs.

All functions compare canonical forms with the text of canonical passages, where words stand between spaces.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator

from rapidfuzz.distance import OSA, Levenshtein

from gallery.text.canonical import UNSPACED, is_short_word, passages

Span = tuple[int, int]
"""Where a part of a text begins and ends."""

MIN_LETTERS, MIN_LETTERS_FOR_TWO_EDITS, MAX_LETTERS = 4, 8, 60
# Each character of a code counts, so shorter ones are compared exactly.
MIN_CODE_LENGTH = 4
# Alphabets without spaces between words, with the vowels as characters of their own: Thai, Lao, Burmese, Khmer.
SPELLED_WITHOUT_SPACES = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
UNSPACED_PHRASE = re.compile(f"(?:{UNSPACED.pattern})+")
WORD = re.compile(r"[^ \n]+")
DIGIT = re.compile(r"\d")
# Glyphs that people and text recognition confuse.
SKELETONS = str.maketrans("0li5b2", "o11s8z")


def exact_spans(form: str, text: str) -> Iterator[Span]:
    """Yield the places of a form in a passage; of short words only those at the start of a word."""
    lead = " " if is_short_word(form) else ""
    at = text.find(lead + form)
    while at >= 0:
        yield at + len(lead), at + len(lead) + len(form)
        at = text.find(lead + form, at + len(form))


def allowed_edits(form: str) -> int:
    """Return how many wrong, missing, additional or swapped letters a similar spelling of `form` may have."""
    if not MIN_LETTERS <= len(form) <= MAX_LETTERS or not all(map(_is_letter, form)):
        return 0
    if SPELLED_WITHOUT_SPACES.search(form):
        return int(len(form) >= MIN_LETTERS_FOR_TWO_EDITS)
    if UNSPACED.search(form):
        return int(UNSPACED_PHRASE.fullmatch(form) is not None)
    return 2 if len(form) >= MIN_LETTERS_FOR_TWO_EDITS else 1


def skeleton(form: str) -> str:
    """Return `form` with one character for each group of confusable glyphs: 0/o, 1/l/i, 5/s, 8/b, 2/z."""
    return form.translate(SKELETONS)


def similar_spans(form: str, text: str, *, kept: Collection[int] = ()) -> Iterator[Span]:
    """Yield the places of similar spellings of `form` in a passage, from left to right; also of equal ones.

    The letters of `form` with the indexes `kept` are the same in all of them.
    """
    edits = allowed_edits(form)
    if not edits:
        return iter(())
    if UNSPACED.search(form):
        return _similar_phrases(form, text)
    similar = _similar_words(form, text, edits=edits)
    return (span for span in similar if not kept or _keeps(kept, form, text[slice(*span)]))


def accented_letters(typed: str) -> frozenset[int]:
    """Return the indexes, in its first form, of the Latin letters of a term with accents: people type them on purpose.

    So Möller is no misspelt Müller, but moller may be.
    """
    accented = set()
    for passage in passages(typed)[:1]:
        for at, (letter, origin) in enumerate(zip(passage.text, passage.origins, strict=True)):
            base, *marks = list(unicodedata.normalize("NFD", typed[origin : origin + 2]))
            if letter.isascii() and base.lower() == letter and marks and unicodedata.combining(marks[0]):
                accented.add(at - 1)
    return frozenset(accented)


def confusable_spans(form: str, text: str) -> Iterator[Span]:
    """Yield the places of codes in a passage that look like the code `form`; also of equal ones."""
    if len(form) < MIN_CODE_LENGTH or not DIGIT.search(form):
        return
    wanted, glyphs = skeleton(form), skeleton(text)
    at = glyphs.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        # 1055 looks like "loss", which is no code.
        word_begin, word_end = text.rfind(" ", 0, at + 1) + 1, text.find(" ", end - 1)
        if DIGIT.search(text, word_begin, len(text) if word_end < 0 else word_end):
            yield at, end
        at = glyphs.find(wanted, end)


def _keeps(kept: Collection[int], form: str, word: str) -> bool:
    edits = Levenshtein.editops(form, word)
    return not any(edit.tag != "insert" and edit.src_pos in kept for edit in edits)


def _similar_words(form: str, text: str, *, edits: int) -> Iterator[Span]:
    shortest, longest = len(form) - edits, len(form) + edits
    for word in WORD.finditer(text):
        begin, end = word.span()
        if shortest <= end - begin <= longest and OSA.distance(form, word.group(), score_cutoff=edits) <= edits:
            yield begin, end


def _similar_phrases(phrase: str, text: str) -> Iterator[Span]:
    """Yield places of `phrase` with one character changed, missing or added, or two swapped.

    Half of the phrase is unchanged then, unless the two characters in its middle are swapped.
    """
    middle = len(phrase) // 2
    swapped = phrase[: middle - 1] + phrase[middle] + phrase[middle - 1] + phrase[middle + 1 :]
    places = [(at, True) for at in _occurrences(phrase[:middle], text)]
    places += [(at - middle, False) for at in _occurrences(phrase[middle:], text)]
    places += [(at, True) for at in _occurrences(swapped, text)]
    after = 0
    for begin, is_begin in sorted(places):
        end = begin + len(phrase)
        # Of equally similar windows, the first counts: one of the same length.
        windows = [(begin, end), *((begin, end + n) if is_begin else (begin + n, end) for n in (-1, 1))]
        if begin + 1 < after:
            continue
        similar = {span: _distance(phrase, text, span) for span in windows if span[0] >= after}
        span = min(similar, key=lambda span: similar[span], default=None)
        if span and similar[span] <= 1:
            yield span
            after = span[1]


def _distance(phrase: str, text: str, span: Span) -> int:
    """Return the distance of `phrase` to a part of `text`; 2 if it is larger, or includes words with spaces."""
    if span[1] > len(text) or not UNSPACED_PHRASE.fullmatch(text, *span):
        return 2
    return OSA.distance(phrase, text[slice(*span)], score_cutoff=1)


def _occurrences(part: str, text: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def _is_letter(character: str) -> bool:
    return character.isalpha() or unicodedata.category(character)[0] == "M" or bool(UNSPACED.match(character))
