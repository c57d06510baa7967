"""The labelled library leaves nothing behind, and is searched like any other."""

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User

from gallery.models import Photo
from search.evaluation.library import FILLERS, labelled_library
from search.evaluation.measuring import search_as
from search.keywords.index import connected
from search.models import IndexedPhoto, PhotoText, ResultList
from tests.factories import add_photo

pytestmark = pytest.mark.django_db


def indices() -> set[str]:
    with connected() as client:
        return set(client.indices.get(index="*"))


def test_leaves_nothing_behind(user, keyword_index):
    add_photo(user, "own.png", text="调休")
    models = (User, Photo, PhotoText, IndexedPhoto, ResultList)
    counts, before, alias = [model.objects.count() for model in models], indices(), django_settings.ELASTICSEARCH_INDEX
    with labelled_library() as library:
        assert Photo.objects.filter(owner=library.owner).count() == len(library.photo_ids) + FILLERS
        found = search_as(library.owner)("调休").places
        assert set(found) == {library.photo_ids["chat-workday"]}
    assert [model.objects.count() for model in models] == counts
    assert (indices(), django_settings.ELASTICSEARCH_INDEX) == (before, alias)


def test_leaves_nothing_behind_after_an_error(user, keyword_index):
    before = indices()
    with pytest.raises(ZeroDivisionError), labelled_library():
        raise ZeroDivisionError
    assert (indices(), User.objects.get()) == (before, user)


def test_searches_the_database_without_elasticsearch(words_from_database):
    with labelled_library() as library:
        assert set(search_as(library.owner)("登机牌").places) == {library.photo_ids["boarding-beijing"]}
