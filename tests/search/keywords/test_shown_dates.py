"""Tests that the photos that show the dates of a query are found, by the index or without it."""

from datetime import datetime

import pytest
from django.test import override_settings

from search.keywords.shown_dates import with_shown_dates
from search.query.parser import Query, parse
from tests.search.indexing import index_all

pytestmark = pytest.mark.django_db
LATER = datetime(2020, 1, 1)


def shown_by(query: Query, user, *, has_index: bool) -> set[int]:
    with override_settings() if has_index else override_settings(ELASTICSEARCH_URL=""):
        dates = with_shown_dates(query, user=user).filters.dates
    assert dates is not None
    assert dates.shown_by is not None
    return set(dates.shown_by)


@pytest.mark.parametrize("has_index", [True, False], ids=["index", "database"])
def test_finds_photos_that_show_all_dates(has_index, add_photo, user, keyword_index):
    """By text, file name or description, of the user only."""
    march = add_photo("15.3.2024", taken_at=LATER)
    both = add_photo("15 March 2024 – 2024年3月16日", taken_at=LATER)
    add_photo("14 March 2024", taken_at=datetime(2024, 3, 15))
    index_all()
    assert shown_by(parse("2024-03-15"), user, has_index=has_index) == {march.pk, both.pk}
    assert shown_by(parse("2024-03-15 ticket"), user, has_index=has_index) == {march.pk, both.pk}


@pytest.mark.parametrize("has_index", [True, False], ids=["index", "database"])
def test_finds_no_photo_of_other_users(has_index, add_photo, user, keyword_index, django_user_model):
    add_photo("15.3.2024", taken_at=LATER)
    index_all()
    stranger = django_user_model.objects.create_user("stranger")
    assert shown_by(parse("2024-03-15"), stranger, has_index=has_index) == set()


def test_leaves_queries_without_printed_dates_alone(user):
    for text in ("tea", "date:2024-03-15", "tea after:2024"):
        query = parse(text)
        assert with_shown_dates(query, user=user) is query


def test_keeps_other_filters(user, keyword_index):
    query = with_shown_dates(parse("2024-03-15 ext:png"), user=user)
    assert query.filters.dates
    assert query.filters.dates.shown_by == ()
    assert len(list(query.filters.conditions())) == 2
