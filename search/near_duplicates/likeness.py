"""Rules for near-duplicates: whose words match, whose dates allow it, and which photo of a group to keep.

Two screenshots of one app look the same to every encoder; only their words differ.
"""

from gallery.models import Witness

# Raise it to compare all photos again.
VERSION = 1
MIN_WORD_SIMILARITY = 0.6
COMPARED_CHARACTERS = 500
# Two exposures are a burst within this time. A camera takes about 10 to 20 pictures per second for a few seconds; later
# pictures of one scene are usually meant as pictures of their own.
BURST_SECONDS = 10

_DATE_SOURCES = ", ".join(f"'{source}'" for source in Witness.values)
# SQL expression that ranks the row `photo` of photos: the higher, the better a photo to keep. Rated and described
# photos come first, then the most pixels, the most reliable date, the largest file and the older row.
KEEPER_RANK = f"""
    ROW(
        photo.importance,
        (photo.description <> '')::int,
        photo.width::bigint * photo.height,
        -coalesce(array_position(ARRAY[{_DATE_SOURCES}], photo.date_source::text), {len(Witness) + 1}),
        photo.file_size,
        -photo.id
    )
"""


def compared_words(folded: str) -> str:
    """Return SQL for the words of a photo that are compared. `folded` is a column, NULL without text."""
    return f"left(coalesce({folded}, ''), {COMPARED_CHARACTERS})"


def words_match(one: str, other: str) -> str:
    """Return SQL that is true if two such texts are nearly the same."""
    return f"({one} = {other} OR similarity({one}, {other}) > {MIN_WORD_SIMILARITY})"


def is_burst(one: str, other: str) -> str:
    """Return SQL that is true if cameras dated these two rows of photos as a burst; false if a date is missing."""
    return f"coalesce({_have_dates(one, other)} AND {_seconds_between(one, other)} <= {BURST_SECONDS}, false)"


def dates_allow(one: str, other: str) -> str:
    """Return SQL that is false if cameras dated these two rows of photos further apart than a burst."""
    return f"NOT coalesce({_have_dates(one, other)} AND {_seconds_between(one, other)} > {BURST_SECONDS}, false)"


def _have_dates(one: str, other: str) -> str:
    return f"{one}.date_source = '{Witness.EXIF}' AND {other}.date_source = '{Witness.EXIF}'"


def _seconds_between(one: str, other: str) -> str:
    return f"abs(extract(epoch FROM {one}.taken_at - {other}.taken_at))"
