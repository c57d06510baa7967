"""Tests of the rankings that keyword search makes: one of each tier."""

import pytest

from search.keywords.snippets import KeywordHit, KeywordHits
from search.query.parser import parse
from search.ranking import ranker
from search.ranking.ranker import MAX_VAGUE_HITS, rank_by_keywords
from search.ranking.scope import SearchScope


@pytest.fixture
def rank(owner, monkeypatch):
    """Return a function that ranks photos for hits of the keyword index, and records its orders and limits."""

    def rank_hits(hits, *, order="", found=0):
        def search(_query, *, user, limit, order, **_asked_early):
            asked.append((user, limit, order))
            return KeywordHits(tuple(hits), found or len(hits))

        monkeypatch.setattr(ranker, "keyword_search", search)
        return rank_by_keywords(SearchScope(parse("word"), owner), order=order)

    asked = rank_hits.asked = []
    return rank_hits


def test_ranks_each_tier_apart(rank):
    tiers = ["exact", "exact", "form", "similar"]
    rankings = rank([KeywordHit(number, 1.0, tier) for number, tier in enumerate(tiers)])
    assert [list(ranking.photos) for ranking in rankings] == [[0, 1], [2], [3]]
    assert [ranking.relevant for ranking in rankings] == [2, 1, 1]
    assert [ranking.certain for ranking in rankings] == [None, None, 0]


@pytest.mark.parametrize(("vague", "relevant"), [(MAX_VAGUE_HITS, 1 + MAX_VAGUE_HITS), (MAX_VAGUE_HITS + 1, 1)])
def test_many_vague_hits_are_not_relevant(rank, vague, relevant):
    hits = [KeywordHit(0, 1.0, "similar")]
    hits += [KeywordHit(number, 0.1, "similar", is_vague=True) for number in range(1, vague + 1)]
    assert rank(hits)[-1].relevant == relevant


def test_counts_the_photos_beyond_the_limit(rank, monkeypatch):
    monkeypatch.setattr(ranker, "KEYWORD_DEPTH", 2)
    hits = [KeywordHit(1, 1.0), KeywordHit(2, 1.0)]
    assert rank(hits, found=1041)[0].total == 1041
    assert rank(hits[:1])[0].total == 0


def test_asks_for_more_photos_by_date(rank, owner):
    rank([])
    rank([], order="newest")
    assert rank.asked == [(owner, ranker.KEYWORD_DEPTH, ""), (owner, ranker.DATED_KEYWORD_DEPTH, "newest")]
