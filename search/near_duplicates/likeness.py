"""When two photos are taken for versions of one picture: nearly the same by their vectors, and by the words in them.

Two screenshots of one app look alike to every encoder; what they say tells them apart.
"""

from gallery.models import Photo
from search.encoders.client import EncoderInfo

# What was compared by an older version is compared anew.
VERSION = 1
# Distances (1 − cosine) below which vectors are nearly the same. A basic encoder knows kinds of things alone, and takes
# any two cats for one.
MOST_DISTANT = 0.04
MOST_DISTANT_TO_BASIC = 0.005
LEAST_SIMILAR_WORDS = 0.6
COMPARED_CHARACTERS = 500


def most_distant(encoder: EncoderInfo) -> float:
    """The distance below which vectors of `encoder` are nearly the same."""
    return MOST_DISTANT_TO_BASIC if encoder.is_basic else MOST_DISTANT


def words_of(folded: str) -> str:
    """SQL for what is compared of a text: `folded` is its column, NULL where there is no text (as yet)."""
    return f"left(coalesce({folded}, ''), {COMPARED_CHARACTERS})"


def are_alike(one: str, other: str) -> str:
    """SQL for whether two of these are nearly the same."""
    return f"({one} = {other} OR similarity({one}, {other}) > {LEAST_SIMILAR_WORDS})"


def keeper_rank(photo: str) -> str:
    """SQL for how much there is to say for keeping a photo rather than its look-alikes, the more the greater.

    What a person cares for and has described, then the most pixels, the date that is best known, and the largest file;
    `photo` names a row of its table.
    """
    sources = ", ".join(f"'{source}'" for source in Photo.DateSource.values)
    doubt = f"coalesce(array_position(ARRAY[{sources}], {photo}.date_source::text), {len(Photo.DateSource) + 1})"
    return (
        f"ROW({photo}.importance, ({photo}.description <> '')::int, {photo}.width::bigint * {photo}.height,"
        f" -{doubt}, {photo}.file_size, -{photo}.id)"
    )
