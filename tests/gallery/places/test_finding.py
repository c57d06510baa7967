"""Places are found by the names that people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.places.finding import find_places
from gallery.places.gazetteer import gazetteer
from gallery.places.keys import key_of

# A query, and the English name and country of the first place.
FIRST = [
    ("杭州", "Hangzhou", "CN"),
    ("杭州市", "Hangzhou", "CN"),
    ("hangz", "Hangzhou", "CN"),
    ("HANGZHOU", "Hangzhou", "CN"),
    ("hang zhou", "Hangzhou", "CN"),
    ("hangzhou china", "Hangzhou", "CN"),
    ("浙江杭州", "Hangzhou", "CN"),
    ("中国杭州", "Hangzhou", "CN"),
    ("Hangzhou, Zhejiang, China", "Hangzhou", "CN"),
    ("東京", "Tokyo", "JP"),
    ("东京", "Tokyo", "JP"),
    ("Tōkyō", "Tokyo", "JP"),
    ("広島", "Hiroshima", "JP"),
    ("廣島", "Hiroshima", "JP"),
    ("München", "Munich", "DE"),
    ("munchen", "Munich", "DE"),
    ("muenchen", "Munich", "DE"),
    ("慕尼黑", "Munich", "DE"),
    ("Wien", "Vienna", "AT"),
    ("維也納", "Vienna", "AT"),
    ("Kiev", "Kyiv", "UA"),
    ("Київ", "Kyiv", "UA"),
    ("Москва", "Moscow", "RU"),
    ("서울", "Seoul", "KR"),
    ("Αθήνα", "Athens", "GR"),
    ("Paris", "Paris", "FR"),
    ("Paris, Texas", "Paris", "US"),
    ("paris texas", "Paris", "US"),
    ("Paris US", "Paris", "US"),
    ("Lisboa", "Lisbon", "PT"),
    ("sao paulo", "São Paulo", "BR"),
    ("Den Haag", "The Hague", "NL"),
    ("香港", "Hong Kong", "HK"),
    ("臺北", "Taipei", "TW"),
    ("旧金山", "San Francisco", "US"),
    ("new york", "New York City", "US"),
    ("深圳", "Shenzhen", "CN"),
    ("Xi'an", "Xi’an", "CN"),
]


@pytest.mark.parametrize(("query", "name", "country"), FIRST, ids=[query for query, _name, _country in FIRST])
def test_finds_the_place_first(query, name, country):
    town = find_places(query)[0]
    assert (town.names[0], town.country.code) == (name, country)


@pytest.mark.parametrize("query", ["", " ", ", ,", "!?", "qqqxyz", "x" * 10_000], ids=repr)
def test_finds_nothing(query):
    assert find_places(query) == []


def test_returns_at_most_as_many_as_asked_for():
    assert len(find_places("san", limit=3)) == 3


@given(st.text())
def test_never_fails(query):
    assert len(find_places(query, limit=2)) <= 2


def test_names_lie_in_the_order_of_their_keys():
    """Otherwise they cannot be looked up: run docs/gazetteer/make.py after changes of `key_of`."""
    known = gazetteer()
    keys = [
        key_of(known.names("names", int(known.named_places[at]))[known.name_numbers[at]])
        for at in range(0, len(known.named_places), 61)
    ]
    assert keys == sorted(keys)
