"""Tests of the fusion of rankings: reciprocal ranks, and tiers that stay apart."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery.models import Photo
from search.query.parser import Query
from search.query.ways import TIERS
from search.ranking.fusion import RRF_K, fuse, reciprocal_rank_fusion
from search.ranking.ranker import TIER_WEIGHTS, Ranking
from search.ranking.results import RankedList, RankedPhoto
from search.ranking.scope import SearchScope
from tests.factories import add_photo

MANY = 8


def test_adds_weighted_reciprocal_ranks():
    scores = reciprocal_rank_fusion([([7, 8], 1.0), ([8, 9], 2.0)])
    assert scores == {
        7: pytest.approx(1 / (RRF_K + 1)),
        8: pytest.approx(1 / (RRF_K + 2) + 2 / (RRF_K + 1)),
        9: pytest.approx(2 / (RRF_K + 2)),
    }


def by_words(tier, photo_ids) -> Ranking:
    photos = {pk: RankedPhoto(pk, tier=tier) for pk in photo_ids}
    certain = 0 if tier == "similar" else None
    return Ranking(photos, relevant=len(photos), weight=TIER_WEIGHTS[tier], certain=certain)


def by_pictures(photo_ids, *, relevant: int) -> Ranking:
    photos = {pk: RankedPhoto(pk, likeness=0.5, cosine=0.5) for pk in photo_ids}
    return Ranking(photos, relevant=relevant, certain=min(relevant, 1))


@pytest.fixture
def photo_ids(owner) -> list[int]:
    return [add_photo(owner, f"{number}.png").pk for number in range(MANY)]


def fused(rankings, user) -> RankedList:
    return fuse(rankings, scope=SearchScope(Query(), user), order="")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("tiers", "pictures", "expected", "relevant"),
    [
        # (exact, form, similar), (pictures, relevant pictures), the fused order, and how many are above the cutoff
        (("ab", "c", "d"), ("dc", 2), "abcd", 4),
        (("ab", "c", "d"), ("ef", 0), "abcdef", 3),
        (("ab", "", "d"), ("ef", 1), "abedf", 3),
        (("", "", "d"), ("ef", 0), "def", 1),
        (("", "", "de"), ("fd", 1), "dfe", 3),
        (("", "c", "d"), ("dc", 1), "cd", 2),
        (("", "", ""), ("ef", 1), "ef", 1),
    ],
)
def test_keeps_tiers_apart(owner, photo_ids, tiers, pictures, expected, relevant):
    ids = dict(zip("abcdefgh", photo_ids, strict=True))
    names = {pk: name for name, pk in ids.items()}
    rankings = [by_words(tier, [ids[name] for name in found]) for tier, found in zip(TIERS, tiers, strict=True)]
    found, are_relevant = pictures
    certain = replace(by_pictures([ids[name] for name in found], relevant=are_relevant), certain=are_relevant)
    merged = fused([*rankings, certain], owner)
    assert "".join(names[entry.photo_id] for entry in merged.entries) == expected
    assert merged.relevant == relevant


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.django_db
def test_no_weaker_tier_comes_before_a_closer_one(data, owner, photo_ids):
    ids = data.draw(st.permutations(photo_ids))
    cuts = sorted(data.draw(st.lists(st.integers(0, MANY), min_size=3, max_size=3)))
    parts = [ids[: cuts[0]], ids[cuts[0] : cuts[1]], ids[cuts[1] : cuts[2]]]
    seen = data.draw(st.permutations(photo_ids))
    pictures = by_pictures(seen, relevant=data.draw(st.integers(0, MANY)))
    merged = fused([*(by_words(tier, part) for tier, part in zip(TIERS, parts, strict=True)), pictures], owner)
    tiers = [TIERS.index(entry.tier) for entry in merged.entries if entry.tier]
    assert tiers == sorted(tiers)
    assert {entry.photo_id for entry in merged.entries} == set(photo_ids)


@pytest.mark.django_db
def test_says_how_many_photos_were_found_if_the_list_is_cut(owner, photo_ids):
    words = replace(by_words("exact", photo_ids), total=1041)
    merged = fused([words], owner)
    assert (merged.found, merged.is_cut, len(merged.entries)) == (1041, True, MANY)
    assert Photo.objects.count() == MANY
