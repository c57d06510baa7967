"""The words that stand in most of a user's latest pictures, for the search box without a typed word."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection
from django.db.models.functions import Left

from gallery.models import Photo
from gallery.text.canonical import UNSPACED
from photosearch.caching import remember
from search.models import PhotoText

CACHE_SECONDS = 3600
# The beginnings of the latest texts: counting takes as long in a huge gallery as in a small one.
MAX_TEXTS, MAX_CHARACTERS = 400, 500
# Words in one picture only are no habit.
MIN_PHOTOS = 2
MAX_WORDS = 20
# Whole words of letters, without the parts of codes, addresses and numbers.
WORD = re.compile(rf"(?<![\w@./:&#-])(?:(?!{UNSPACED.pattern})[^\W\d_]){{3,20}}(?![\w@/:]|[.-]\w)")
CHINESE = re.compile("[\u4e00-\u9fff]{2,}")
# Longer strings are sentences of a form or an advertisement.
MAX_CHINESE_LENGTH = 4
# Particles, pronouns and measure words, which no word of interest contains.
CHINESE_STOP_CHARACTERS = re.compile(
    "[的了是在我你您他她它们这那和与或及也就都而被把让给吗呢吧啊哦嗯么个很不没有为从对以]+"
)
# PostgreSQL knows the stop words of these.
LANGUAGES = (
    "danish dutch english finnish french german hungarian italian norwegian portuguese russian spanish swedish turkish"
)


def frequent_words(*, user: AbstractBaseUser) -> list[str]:
    """Return the words of most photos in the user's timeline, in their usual spelling, for an hour from the cache."""

    def count() -> list[str]:
        photos = Photo.objects.in_timeline_of(user)
        texts = PhotoText.objects.filter(owner_id=user.pk, photo__in=photos).exclude(text="").order_by("-pk")
        return _most_frequent(list(texts.values_list(Left("text", MAX_CHARACTERS), flat=True)[:MAX_TEXTS]))

    return remember(f"frequent-words-{user.pk}", count, seconds=CACHE_SECONDS, read=list)


def _most_frequent(texts: list[str]) -> list[str]:
    counts = _spaced_words(texts) + _chinese_words(texts)
    return [word for word, _count in counts.most_common(MAX_WORDS)]


def _spaced_words(texts: Iterable[str]) -> Counter[str]:
    """Count the photos of each word, in its most frequent spelling, without stop words."""
    counts: Counter[str] = Counter()
    spellings: dict[str, Counter[str]] = {}
    for text in texts:
        found = {word.lower(): word for word in WORD.findall(text)}
        counts.update(found.keys())
        for folded, word in found.items():
            spellings.setdefault(folded, Counter())[word] += 1
    frequent = [word for word, count in counts.most_common(5 * MAX_WORDS) if count >= MIN_PHOTOS]
    return Counter({spellings[word].most_common(1)[0][0]: counts[word] for word in _without_stop_words(frequent)})


def _without_stop_words(words: list[str]) -> list[str]:
    dictionaries = [f"{language}_stem" for language in LANGUAGES.split()]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT word FROM unnest(%s::text[]) AS word WHERE NOT EXISTS (
                SELECT FROM unnest(%s::regdictionary[]) AS dictionary WHERE ts_lexize(dictionary, word) = '{}'
            )
            """,
            [words, dictionaries],
        )
        return [word for (word,) in cursor.fetchall()]


def _chinese_words(texts: Iterable[str]) -> Counter[str]:
    """Count the photos of each string of characters that is not part of an equally frequent one."""
    runs = [[part for run in CHINESE.findall(text) for part in CHINESE_STOP_CHARACTERS.split(run)] for text in texts]
    pairs = Counter(pair for parts in runs for pair in {pair for part in parts for pair in _strings(part, {2})})
    frequent = {pair for pair, count in pairs.items() if count >= MIN_PHOTOS}
    lengths = range(2, MAX_CHINESE_LENGTH + 2)
    counts: Counter[str] = Counter()
    for parts in runs:
        kept = [piece for part in parts for piece in _frequent_pieces(part, frequent)]
        counts.update({string for piece in kept for string in _strings(piece, lengths)})
    for string, count in sorted(counts.items(), key=lambda item: len(item[0])):
        for shorter in (string[:-1], string[1:]):
            if counts[shorter] == count:
                counts[shorter] = 0
    return Counter(
        {string: count for string, count in counts.items() if count >= MIN_PHOTOS and len(string) <= MAX_CHINESE_LENGTH}
    )


def _frequent_pieces(text: str, pairs: set[str]) -> Iterator[str]:
    """Yield the longest pieces of `text` whose pairs of neighbours are all among `pairs`."""
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or text[end - 1 : end + 1] not in pairs:
            if end - start > 1:
                yield text[start:end]
            start = end


def _strings(text: str, lengths: Iterable[int]) -> Iterator[str]:
    for length in lengths:
        for start in range(len(text) - length + 1):
            yield text[start : start + length]
