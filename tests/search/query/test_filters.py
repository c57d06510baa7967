"""Tests of the table of filters: parser, form, API, index and help page offer each row."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from search.forms import SearchForm
from search.keywords.mapping import PhotoDocument
from search.query.filters import FILTERS, FORM_LIMITS, LIMITS, Filter, Filters
from search.query.parser import parse
from search.serializers import FilterQuery


@pytest.mark.parametrize("row", FILTERS, ids=lambda row: row.name)
def test_parses_example_of_every_filter(row: Filter) -> None:
    query = parse(row.example)
    assert not query.has_terms
    assert {column for column, _comparison, _value in query.filters.conditions()} == {row.column}


def test_offers_every_limit_in_form_and_api() -> None:
    assert {limit.name for limit in FORM_LIMITS} < set(SearchForm().fields)
    assert {limit.parameter for limit in LIMITS.values()} == set(FilterQuery().fields)


def test_indexes_column_of_every_filter() -> None:
    mapping = PhotoDocument._index.to_dict()["mappings"]["properties"]
    assert {row.column.name for row in FILTERS} < set(mapping)


@pytest.mark.django_db
def test_help_page_shows_example_of_every_filter(client: Client, django_user_model: type[User]) -> None:
    client.force_login(django_user_model.objects.create_user("owner"))
    page = client.get("/search")
    assert all(row.example.replace(">", "&gt;").replace("<", "&lt;") in page.content.decode() for row in FILTERS)


def test_refuses_unknown_limits() -> None:
    with pytest.raises(TypeError, match="colour"):
        Filters(colour="red")


def test_prefers_own_limits_to_others() -> None:
    assert Filters(min_width=5, kind="") | Filters(min_width=9, kind="meme") == Filters(min_width=5, kind="meme")
