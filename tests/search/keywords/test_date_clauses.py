"""Tests that both engines find photos that have or show a date."""

from datetime import datetime

import pytest

from search.keywords.fallback import keyword_search_in_database
from search.keywords.search import keyword_search
from search.query.parser import parse
from tests.search.indexing import index_all

pytestmark = pytest.mark.django_db

PHOTOS = {
    "taken": ("pass", datetime(2024, 3, 15, 23, 59)),
    "chinese": ("pass 出票日期2024年3月15日", datetime(2020, 1, 1)),
    "formal": ("pass 二〇二四年三月十五日", datetime(2020, 1, 1)),
    "english": ("pass\n15TH MARCH 2024, gate 7", datetime(2020, 1, 1)),
    "short": ("pass NH961 15MAR24", datetime(2020, 1, 1)),
    "numbers": ("pass 15.3.2024 10:30", datetime(2020, 1, 1)),
    "american": ("pass Date:03/15/2024", datetime(2020, 1, 1)),
    "other word": ("ticket 2024-03-15", datetime(2020, 1, 1)),
    "day before": ("pass 14 March 2024", datetime(2024, 3, 14, 23, 59)),
    "day after": ("pass 2024年3月16日", datetime(2024, 3, 16)),
    "longer": ("pass 5 March 2024 115 March 2024 120240315", datetime(2020, 1, 1)),
    "may": ("pass", datetime(2019, 5, 31)),
}
SHOWN = {"chinese", "formal", "english", "short", "numbers", "american"}


@pytest.fixture
def names(add_photo) -> dict[int, str]:
    return {add_photo(text, taken_at=taken_at).pk: name for name, (text, taken_at) in PHOTOS.items()}


@pytest.mark.parametrize("search", [keyword_search, keyword_search_in_database], ids=["Elasticsearch", "PostgreSQL"])
def test_finds_photos_that_have_or_show_date(search, names, user, keyword_index):
    index_all()

    def found(text: str) -> set[str]:
        return {names[hit.photo_id] for hit in search(parse(text), user=user, limit=50)}

    for text in ("pass 2024-03-15", "15 March 2024 pass", "pass 2024年3月15日", "pass 15.03.2024"):
        assert found(text) == {"taken", *SHOWN}, text
    assert found("pass date:2024-03-15") == {"taken"}
    assert found("pass 2024-03") == {"taken", "chinese", "formal", "english", "day before", "day after", "longer"}
    assert found("pass date:may") == {"may"}
    assert found("pass date:2019..2020-06") == {"may", *SHOWN, "longer"}
    assert found('pass "15 March 2024"') == set()
    assert found("pass 2024-03-15 2024-03-16") == {"taken", "day after"}
