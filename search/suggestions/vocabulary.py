"""The words of a user's own pictures that go on from what the user has typed."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

from django.contrib.auth.models import AbstractBaseUser
from django.db.models.functions import Left

from gallery.models import Photo, label_lines
from gallery.pictures.formats import EXTENSION_OF_SUFFIX
from gallery.text.canonical import UNSPACED, forms, passages
from gallery.text.characters import fold_cluster
from search.keywords.completion import COLUMNS, photos_with_sound, photos_with_start
from search.keywords.place_titles import folded_titles, titles_of
from search.query.pinyin import initials_spans, pinyin_spans

# Words are counted in the beginning of each text.
MAX_READ_CHARACTERS = 4000
MAX_WORD_LENGTH = 40
# Characters that follow the typed ones in scripts without spaces.
MAX_CONTINUATION = 6
Span = tuple[int, int]
UNSPACED_RUN = re.compile(f"{UNSPACED.pattern}+")


class _Folded(dict[int, str]):
    """Translates characters to their canonical form."""

    def __missing__(self, code: int) -> str:
        self[code] = fold_cluster(chr(code))
        return self[code]


_FOLDED = _Folded()


@dataclass(frozen=True)
class _Read:
    """The texts of a photo as written, and their canonical words."""

    texts: tuple[str, ...]
    words: str


def words_from(typed: str, *, user: AbstractBaseUser, limit: int) -> list[str]:
    """Return up to `limit` words of the user's pictures that begin with `typed`, the most frequent ones first.

    They are spelled as in the latest picture. Chinese characters match in the middle of a text, too, and are continued
    by the characters that follow; Latin letters may also be the pinyin of Chinese ones.
    """
    form = next(iter(forms(typed)), "")
    if not form:
        return []
    read = _texts(photos_with_start(form, user=user), user=user)
    if UNSPACED.match(form):
        return _continuations(read, partial(_spans, form), start=1)[:limit]
    words = [_spelling(word, read) for word in _frequent_words(form, read)[:limit]]
    if len(words) == limit:
        return words
    read = _texts(photos_with_sound(form, user=user), user=user)
    return [*words, *_continuations(read, partial(_sounds, form), start=0)][:limit]


def _texts(photo_ids: Sequence[int], *, user: AbstractBaseUser) -> list[_Read]:
    photos = Photo.objects.visible_to(user).filter(pk__in=photo_ids).order_by("-pk")
    columns = ("text__text", "description", "filename", *COLUMNS.values())
    read = []
    rows = photos.values_list(*(Left(column, MAX_READ_CHARACTERS) for column in columns), "labels", "place__names")
    for *values, labels, names in rows:
        text, description, filename, *folded = (value or "" for value in values)
        # The first passage of a name joins all its words; the further ones of texts join words over line breaks.
        name, _line_break, parts_of_name = folded.pop().partition("\n")
        # Rare names of places are found, but not suggested.
        folded[-1] = folded_titles(names or "")
        words = [*(column.partition("\n")[0] for column in folded), parts_of_name or name]
        read.append(
            _Read((text, description, label_lines(labels), *titles_of(names or ""), filename), "\n".join(words))
        )
    return read


def _frequent_words(form: str, read: Sequence[_Read]) -> list[str]:
    """Return the words that begin with `form`, those in the most photos first."""
    beginning = re.compile(f"(?<= ){re.escape(form)}[^\\s]+")
    counts: Counter[str] = Counter()
    for texts in read:
        counts.update({word for word in beginning.findall(texts.words) if len(word) <= MAX_WORD_LENGTH})
    for suffix in EXTENSION_OF_SUFFIX:
        del counts[suffix.removeprefix(".")]
    return [word for word, _count in counts.most_common()]


def _spelling(word: str, read: Sequence[_Read]) -> str:
    """Return a folded word as the latest photo with it spells it."""
    for texts in read:
        if f" {word} " in texts.words:
            for text in texts.texts:
                for line in text.splitlines():
                    if spelled := _spelled(word, line):
                        return spelled
    return word


def _spelled(word: str, line: str) -> str:
    if line.isascii() and word[:1] not in line.lower():
        return ""
    for passage in passages(line):
        if (at := passage.text.find(f" {word} ")) >= 0:
            return line[passage.origins[at + 1] : passage.origins[at + len(word)] + 1]
    return ""


def _continuations(read: Sequence[_Read], spans: Callable[[str], Iterable[Span]], *, start: int) -> list[str]:
    """Return the longest strings of unspaced characters that are written as often as a shorter one.

    They begin with one of the `spans` of a run, and go on for `start` characters or more.
    """
    counts: Counter[str] = Counter()
    spellings: dict[str, str] = {}
    for texts in read:
        found: dict[str, str] = {}
        for run in (run for text in texts.texts for run in UNSPACED_RUN.findall(text)):
            folded = run.translate(_FOLDED)
            for begin, end in spans(folded) if len(folded) == len(run) else ():
                for stop in range(end + start, min(end + MAX_CONTINUATION, len(run)) + 1):
                    found.setdefault(folded[begin:stop], run[begin:stop])
        counts.update(found.keys())
        spellings = found | spellings
    continued = {text[:-1] for text, count in counts.items() if counts[text[:-1]] == count}
    return [spellings[text] for text, _count in counts.most_common() if text not in continued]


def _spans(form: str, folded: str) -> Iterator[Span]:
    at = folded.find(form)
    while at >= 0:
        yield at, at + len(form)
        at = folded.find(form, at + len(form))


def _sounds(form: str, folded: str) -> Iterator[Span]:
    return chain(pinyin_spans(form, folded), initials_spans(form, folded))
