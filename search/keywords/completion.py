"""Finds photos with words that begin with what a user types, for suggestions."""

import logging
from collections.abc import Sequence

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q
from elasticsearch import NotFoundError

from gallery.models import Photo
from gallery.text.canonical import UNSPACED, is_short_word
from search.keywords.bool_clauses import Clause
from search.keywords.index import KeywordSearchUnavailable, connected
from search.query.pinyin import syllable_paths, tokens_of_path

logger = logging.getLogger(__name__)

# Enough photos to tell frequent words from rare ones, and few enough to read at every keystroke.
MAX_PHOTOS = 100
# The latest photos, which are searched while Elasticsearch is unavailable.
MAX_DATABASE_PHOTOS = 2000
# The file name last (search.suggestions.vocabulary).
COLUMNS = {
    "text": "text__folded",
    "description": "folded_description",
    "labels": "folded_labels",
    "place": "place__folded_names",
    "filename": "folded_filename",
}


def start_of(form: str) -> str:
    """Return the characters that a folded text has where `form` starts a word, or anywhere if it is unspaced."""
    return f" {form}" if form[0].isalnum() and not UNSPACED.match(form) else form


def photos_with_start(
    form: str, *, user: AbstractBaseUser, sources: Sequence[str] = tuple(COLUMNS), limit: int = MAX_PHOTOS
) -> list[int]:
    """Return the ids of the latest photos with a word that begins with the canonical `form` in one of `sources`.

    The index may name photos that `user` can no longer see.
    """
    try:
        return _in_index(_clause(form, sources), user=user, limit=limit)
    except KeywordSearchUnavailable as error:
        logger.info("Suggestions come from the latest photos only: %s", error)
        return _in_database(form, user=user, sources=sources, limit=limit)


def photos_with_sound(word: str, *, user: AbstractBaseUser, limit: int = MAX_PHOTOS) -> list[int]:
    """Return the ids of the latest photos with Chinese characters that may be read like a folded Latin word.

    None while Elasticsearch is unavailable.
    """
    paths = [[{"term": {"sounds": token}} for token in tokens_of_path(path)] for path in syllable_paths(word)]
    if not paths:
        return []
    try:
        return _in_index(
            {"bool": {"should": [{"bool": {"filter": tokens}} for tokens in paths]}}, user=user, limit=limit
        )
    except KeywordSearchUnavailable:
        return []


def _in_index(clause: Clause, *, user: AbstractBaseUser, limit: int) -> list[int]:
    with connected() as client:
        try:
            answer = client.search(
                index=settings.ELASTICSEARCH_INDEX,
                query={"bool": {"filter": [{"term": {"owner": user.pk}}, clause]}},
                sort=[{"photo_id": "desc"}],
                size=limit,
                source=False,
                track_total_hits=False,
            )
        except NotFoundError as error:
            raise KeywordSearchUnavailable("The keyword index does not exist yet.") from error
    return [int(hit["_id"]) for hit in answer["hits"]["hits"]]


def _clause(form: str, sources: Sequence[str]) -> Clause:
    if len(sources) == len(COLUMNS) and is_short_word(form):
        return {"term": {"passages.starts": form}}
    start = start_of(form)
    if len(start) == 1:
        return {"term": {"passages.characters": start}}
    return {"bool": {"should": [{"match_phrase": {source: start}} for source in sources]}}


def _in_database(form: str, *, user: AbstractBaseUser, sources: Sequence[str], limit: int) -> list[int]:
    latest = Photo.objects.visible_to(user).order_by("-pk")[:MAX_DATABASE_PHOTOS]
    conditions = [Q((f"{COLUMNS[source]}__contains", start_of(form))) for source in sources]
    found = Photo.objects.filter(Q(*conditions, _connector=Q.OR), pk__in=latest.values("pk")).order_by("-pk")
    return list(found.values_list("pk", flat=True)[:limit])
