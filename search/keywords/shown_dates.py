"""Finds the photos that show the dates of a query: by the keyword index, or by the database without it."""

import logging
from dataclasses import replace

from gallery.access import AnyUser
from gallery.models import Photo
from search.keywords.asking import MAX_PAGE_SIZE, ask
from search.keywords.date_clauses import shown_clause
from search.keywords.index import KeywordSearchUnavailable
from search.query.columns import contains_one
from search.query.conditions import TEXT_FIELDS
from search.query.dated import Dates
from search.query.filters import Filters
from search.query.parser import Query

logger = logging.getLogger(__name__)


def with_shown_dates(query: Query, *, user: AnyUser) -> Query:
    """Return `query` with the ids of the photos of `user` that show its dates, so that conditions only compare ids."""
    dates = query.filters.dates
    if dates is None or not dates.spellings or dates.shown_by is not None:
        return query
    shown_by = _photos_that_show(dates, user=user)
    return replace(query, filters=Filters(date=replace(dates, shown_by=shown_by)) | query.filters)


def _photos_that_show(dates: Dates, *, user: AnyUser) -> tuple[int, ...]:
    """Return the ids of photos that show all dates; the newest ones if there are very many."""
    try:
        return tuple(ask({"filter": [{"term": {"owner": user.pk}}, shown_clause(dates)]}, size=MAX_PAGE_SIZE).scores)
    except KeywordSearchUnavailable as error:
        logger.warning("The database looks for printed dates: %s", error)
    found = [
        # One query for each field, which uses its index.
        set().union(*(_photos_with(patterns, field=field, user=user) for field in TEXT_FIELDS))
        for patterns in dates.patterns()
    ]
    return tuple(set.intersection(*found))


def _photos_with(patterns: list[str], *, field: str, user: AnyUser) -> set[int]:
    photos = Photo.objects.visible_to(user).filter(contains_one(patterns, fields=[field]))
    return set(photos.values_list("pk", flat=True))
