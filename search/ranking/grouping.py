"""Groups near-duplicates (a forwarded meme, a burst, a copy in another size) under the best of them."""

from collections import defaultdict
from collections.abc import Sequence

from django.db import connection

from gallery.models import Photo
from search.encoders.client import EncoderInfo
from search.models import NearDuplicatePair, PhotoEmbedding, PhotoText
from search.near_duplicates.copies import PIXELS
from search.near_duplicates.likeness import compared_words, dates_allow, words_match
from search.ranking.results import RankedPhoto

# Only the first photos of a list are compared with each other.
MAX_COMPARED_PHOTOS = 120

PAIRS = f"""
    WITH copy AS (
        SELECT one_id, other_id FROM {NearDuplicatePair._meta.db_table}
        WHERE model = '{PIXELS}' AND one_id = ANY(%(photos)s) AND other_id = ANY(%(photos)s)
    ), hit AS MATERIALIZED (
        SELECT embedding.photo_id, embedding.vector, {compared_words("text.folded")} AS words,
            date_source, taken_at
        FROM {PhotoEmbedding._meta.db_table} AS embedding
        JOIN {Photo._meta.db_table} AS photo ON photo.id = embedding.photo_id
        LEFT JOIN {PhotoText._meta.db_table} AS text ON text.photo_id = embedding.photo_id
        WHERE embedding.photo_id = ANY(%(photos)s) AND model = %(model)s AND view = 0
    )
    SELECT one.photo_id, other.photo_id FROM hit AS one JOIN hit AS other ON one.photo_id < other.photo_id
    WHERE one.vector <=> other.vector < %(limit)s
        AND {words_match("one.words", "other.words")} AND {dates_allow("one", "other")}
    UNION SELECT one_id, other_id FROM copy
"""  # noqa: S608 - our own names and numbers


def group_near_duplicates(entries: Sequence[RankedPhoto], *, encoder: EncoderInfo) -> list[RankedPhoto]:
    """Return `entries` with near-duplicates, by pixels or vectors of `encoder`, moved into the first of each group."""
    compared, others = entries[:MAX_COMPARED_PHOTOS], entries[MAX_COMPARED_PHOTOS:]
    alike: dict[int, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        photo_ids = [entry.photo_id for entry in compared]
        cursor.execute(PAIRS, {"photos": photo_ids, "model": encoder.model, "limit": encoder.same_picture_distance})
        for first, second in cursor.fetchall():
            alike[first].add(second)
            alike[second].add(first)
    kept: list[RankedPhoto] = []
    grouped: set[int] = set()
    for entry in compared:
        if entry.photo_id not in grouped:
            rest = (other.photo_id for other in compared if other.photo_id in alike[entry.photo_id])
            best = {keeper.photo_id for keeper in kept}
            near_duplicates = tuple(pk for pk in rest if pk not in grouped and pk not in best)
            grouped.update(near_duplicates)
            kept.append(entry._replace(near_duplicates=near_duplicates))
    return [*kept, *others]
