"""The choice between claims: the most trustworthy witness, independent of the order in which claims arrive."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import combinations, permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.claims.ladder import Belief, believed, photo_fields
from gallery.models import Witness

SHANGHAI = ZoneInfo("Asia/Shanghai")


def fields(*claims, zone=UTC, zone_of=lambda *_position: None):
    return photo_fields(claims, zone=zone, zone_of=zone_of)


@pytest.mark.parametrize(("better", "worse"), combinations(Witness.values, 2))
def test_believes_better_witness(better, worse):
    claims = [{"description": {worse: "worse"}}, {"description": {better: "better"}}]
    for order in permutations(claims):
        assert believed(order) == {"description": Belief(better, "better")}


def test_believes_person_who_clears_value():
    found = fields({"date": {"exif": {"at": "2021-05-01T12:00:00", "offset": None}}}, {"date": {"person": None}})
    assert (found["taken_at"], found["date_source"]) == (None, "person")


def test_returns_empty_fields_without_claims():
    assert not any(fields().values())


def test_keeps_fractions_of_seconds():
    found = fields({"date": {"exif": {"at": "2021-05-01T12:00:00.250", "offset": 330}}})
    assert found["taken_at"] == datetime(2021, 5, 1, 12, 0, 0, 250_000)
    assert found["taken_offset"] == 330


def test_converts_instant_to_zone_of_place():
    instant = {"date": {"sidecar": {"at": "2014-04-04T20:12:11", "is_instant": True}}}
    place = {"place": {"exif": {"latitude": 31.2, "longitude": 121.5}}}
    assert fields(instant)["taken_at"] == datetime(2014, 4, 4, 20, 12, 11)
    found = fields(instant, place, zone_of=lambda latitude, longitude: SHANGHAI)
    assert (found["taken_at"], found["taken_offset"]) == (datetime(2014, 4, 5, 4, 12, 11), 480)


def test_fills_missing_offset_from_another_witness():
    local = {"date": {"exif": {"at": "2021-05-01T12:00:00", "offset": None}}}
    assert fields(local, {"offset": {"gps": -420}})["taken_offset"] == -420
    known = {"date": {"exif": {"at": "2021-05-01T12:00:00", "offset": 60}}}
    assert fields(known, {"offset": {"gps": -420}})["taken_offset"] == 60


VALUES = st.fixed_dictionaries(
    {},
    optional={
        "date": st.dictionaries(
            st.sampled_from(Witness.values),
            st.none()
            | st.builds(
                lambda at, offset: {"at": at.isoformat(), "offset": offset},
                st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),
                st.none() | st.integers(-840, 840),
            ),
        ),
        "description": st.dictionaries(st.sampled_from(Witness.values), st.text(max_size=5)),
        "importance": st.dictionaries(st.sampled_from(Witness.values), st.integers(1, 5)),
    },
)


@given(st.lists(VALUES, max_size=4).flatmap(lambda claims: st.tuples(st.just(claims), st.permutations(claims))))
def test_order_of_claims_does_not_matter(both):
    claims, shuffled = both
    assert fields(*claims) == fields(*shuffled)


def test_zone_with_seconds_is_rounded_down():
    zone = timezone(timedelta(minutes=-18, seconds=-30))
    found = fields({"date": {"gps": {"at": "1880-01-01T00:00:00", "is_instant": True}}}, zone=zone)
    assert found["taken_offset"] == -19
