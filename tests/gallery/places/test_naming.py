"""Titles of places."""

import pytest

from gallery.places.naming import title_of


@pytest.mark.parametrize(
    ("parts", "title"),
    [
        (("Hangzhou", "Zhejiang", "China"), "Hangzhou, Zhejiang, China"),
        (("杭州", "浙江", "中国"), "杭州, 浙江, 中国"),
        (("Singapore", "", "Singapore"), "Singapore"),
        (("Berlin", "State of Berlin", "Germany"), "Berlin, Germany"),
        (("São Paulo", "Sao Paulo", "Brazil"), "São Paulo, Brazil"),
        (("", "Alaska", "United States"), "Alaska, United States"),
        (("", "", "Japan"), "Japan"),
        (("New York City", "New York", "United States"), "New York City, New York, United States"),
    ],
    ids=str,
)
def test_title(parts, title):
    assert title_of(parts) == title
