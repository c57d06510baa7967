"""The suggested keeper is explained by the first detail in which it is better, and by what it has."""

import pytest
from django.utils.translation import override

from gallery.models import Photo
from gallery.photos.keeper_reasons import explain_keeper

LARGE = {"width": 4032, "height": 3024, "file_size": 3_250_586}
SMALL = {"width": 400, "height": 300, "file_size": 20_480}


def photo(**fields) -> Photo:
    return Photo(**{**SMALL, **fields})


@pytest.mark.parametrize(
    ("keeper", "others", "expected"),
    [
        pytest.param(
            {**LARGE, "latitude": 1.5, "importance": 5},
            [{**SMALL, "importance": 5}],
            "Suggestion: keep the larger one: 4032 × 3024, 3.1 MB; has a place and 5 stars",
            id="larger",
        ),
        pytest.param(
            {"importance": 1},
            [LARGE],
            "Suggestion: keep the one with the most stars: 400 × 300, 20.0 KB; has 1 star",
            id="rated",
        ),
        pytest.param(
            {"description": "tea", "latitude": 0.0, "importance": 2},
            [{"importance": 2}, {**LARGE, "importance": 1}],
            "Suggestion: keep the one with a description: 400 × 300, 20.0 KB; has a place, a description and 2 stars",
            id="described",
        ),
        pytest.param(
            {"taken_at": "2020-01-01", "date_source": "exif"},
            [{"taken_at": "2020-01-01", "date_source": "filename"}],
            "Suggestion: keep the one with the more reliable date: 400 × 300, 20.0 KB",
            id="dated",
        ),
        pytest.param(
            {"file_size": 20_480}, [{"file_size": 9}], "Suggestion: keep the larger file: 400 × 300, 20.0 KB", id="file"
        ),
        pytest.param({}, [{}, {}], "Suggestion: keep the older upload: 400 × 300, 20.0 KB", id="equal"),
    ],
)
def test_explains_the_keeper(keeper, others, expected):
    explained = explain_keeper([photo(**keeper), *(photo(**other) for other in others)])
    assert explained.replace("\xa0", " ") == expected


def test_explains_in_chinese():
    with override("zh-hans"):
        explained = explain_keeper([photo(**LARGE, latitude=1.5, importance=5), photo()])
    assert explained.replace("\xa0", " ") == "建议保留星级最高的一张：4032 × 3024, 3.1 MB；有地点和5星"
