"""Folds similar versions of one picture (a meme sent round, a series, a copy in another size) into one hit."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from django.db import connection

from search.encoders.client import EncoderInfo
from search.models import PhotoEmbedding, PhotoText
from search.near_duplicates.likeness import are_alike, most_distant, words_of
from search.ranking.results import Found

# So many hits are compared with each other; who looks further down looks for something else.
COMPARED = 120

PAIRS = f"""
    WITH hit AS MATERIALIZED (
        SELECT embedding.photo_id, embedding.vector, {words_of("folded")} AS words
        FROM {PhotoEmbedding._meta.db_table} AS embedding
        LEFT JOIN {PhotoText._meta.db_table} AS text ON text.photo_id = embedding.photo_id
        WHERE embedding.photo_id = ANY(%s) AND model = %s AND view = 0
    )
    SELECT one.photo_id, other.photo_id FROM hit AS one JOIN hit AS other ON one.photo_id < other.photo_id
    WHERE one.vector <=> other.vector < %s
        AND {are_alike("one.words", "other.words")}
"""  # noqa: S608 - our own names and numbers


def fold_versions(entries: Sequence[Found], *, encoder: EncoderInfo) -> list[Found]:
    """The list with nearly identical photos folded into the first of them; by the vectors of `encoder`."""
    compared, others = entries[:COMPARED], entries[COMPARED:]
    alike: dict[int, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(PAIRS, [[entry.photo_id for entry in compared], encoder.model, most_distant(encoder)])
        for one, other in cursor.fetchall():
            alike[one].add(other)
            alike[other].add(one)
    kept: list[Found] = []
    folded: set[int] = set()
    for entry in compared:
        if entry.photo_id not in folded:
            rest = (other.photo_id for other in compared if other.photo_id in alike[entry.photo_id])
            versions = tuple(pk for pk in rest if pk not in folded and pk not in {keeper.photo_id for keeper in kept})
            folded.update(versions)
            kept.append(replace(entry, versions=versions))
    return [*kept, *others]
