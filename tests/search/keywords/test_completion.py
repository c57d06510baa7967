"""Words that begin with what a user types, in Elasticsearch and in the database."""

import pytest
from django.contrib.auth.models import User

from search.keywords.completion import photos_with_start
from search.suggestions.suggesting import suggest
from search.suggestions.suggestion import Kind
from tests.search.indexing import index_all

CASES = [
    ("s", {"sale.png", "2.png"}),
    ("star", {"2.png"}),
    ("starbucks", {"2.png"}),
    ("bucks", set()),
    ("ale", set()),
    ("nh9", {"2.png"}),
    ("961", {"2.png"}),
    ("32", {"2.png"}),
    ("星", {"2.png"}),
    ("星巴", {"2.png"}),
    ("巴克", {"2.png"}),
    ("克星", set()),
    ("электро", {"sale.png"}),
    ("🎉", {"2.png"}),
]


@pytest.fixture
def library(add_photo) -> None:
    add_photo("Электроника", filename="sale.png")
    add_photo("Starbucks NH-961 32.00", filename="2.png", description="星巴克 🎉")
    add_photo("star 星", owner=User.objects.create_user("other"))


@pytest.mark.parametrize("engine", ["keyword_index", "words_from_database"])
def test_finds_starts_of_words(user, library, request, engine):
    request.getfixturevalue(engine)
    if engine == "keyword_index":
        index_all()
    names = dict(user.photos.values_list("pk", "filename"))
    found = {form: {names[pk] for pk in photos_with_start(form, user=user)} for form, _expected in CASES}
    assert found == dict(CASES)
    assert [names[pk] for pk in photos_with_start("sal", user=user, sources=["filename"])] == ["sale.png"]


def test_suggests_words_from_index(user, library, keyword_index):
    index_all()
    assert [row.query for row in suggest("star", user=user) if row.kind == Kind.WORD] == ["Starbucks"]
    assert [row.query for row in suggest("星", user=user) if row.kind == Kind.WORD] == ["星巴克"]
    assert [row.query for row in suggest("xingba", user=user) if row.kind == Kind.WORD] == ["星巴克"]
    assert [row.query for row in suggest("xbk", user=user) if row.kind == Kind.WORD] == ["星巴克"]
    for odd in ("x" * 1000, "ﷺ" * 1000, "星" * 1000, "星" * 50, "a-" * 25, "nh-961"):
        suggest(odd, user=user)
    user.photos.all().delete()
    assert suggest("starb", user=user) == []
