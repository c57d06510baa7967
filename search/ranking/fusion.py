"""Fuses the rankings of several retrieval methods into one list."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from gallery.models import Photo
from search.encoders.client import EncoderInfo, EncoderUnavailable
from search.ranking.grouping import group_near_duplicates
from search.ranking.ranker import Ranking, SearchScope
from search.ranking.results import RankedList, RankedPhoto
from search.vectors.encoder_choice import choose_encoder

Order = Literal["", "newest", "oldest"]

# From Cormack, Clarke and Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods"
# (SIGIR 2009). With the weights of search.ranking.ranker, the first 60 photos that contain the words come before any
# that only look relevant.
RRF_K = 60


def reciprocal_rank_fusion(rankings: Sequence[tuple[Sequence[int], float]], *, k: int = RRF_K) -> dict[int, float]:
    """Score ids by Σ weight / (k + rank) over `rankings` (ids best first, weight); rank starts at 1."""
    scores: dict[int, float] = {}
    for ids, weight in rankings:
        for rank, photo_id in enumerate(ids, start=1):
            scores[photo_id] = scores.get(photo_id, 0.0) + weight / (k + rank)
    return scores


def fuse(rankings: Sequence[Ranking], *, scope: SearchScope, order: Order) -> RankedList:
    """Merge `rankings` into one list.

    Photos that no longer meet the conditions of `scope` are dropped, for the keyword index may lag behind. Rights are
    not checked: each ranking contains photos of the user only, and pages are cut from what the user may see.
    """
    scores = reciprocal_rank_fusion([(list(ranking.photos), ranking.weight) for ranking in rankings])
    photos = Photo.objects.filter(scope.conditions, defect="", pk__in=scores)
    dates = dict(photos.values_list("pk", "dated_at"))
    ranked = sorted(dates, key=lambda photo_id: (-scores[photo_id], -photo_id))
    relevant = _relevant_photos(rankings)
    cutoff = max((rank for rank, pk in enumerate(ranked, start=1) if pk in relevant), default=0)
    left_out = len(ranked) - cutoff if order else 0
    if order:
        ranked = sorted(ranked[:cutoff], key=lambda pk: (dates[pk], pk), reverse=order == "newest")
    entries = [_merge(photo_id, scores[photo_id], rankings) for photo_id in ranked]
    encoder = next((ranking.encoder for ranking in rankings if ranking.encoder), None)
    grouped = _group(entries[:cutoff], encoder=encoder, scope=scope)
    found = max([cutoff, *(ranking.total for ranking in rankings)])
    return RankedList(
        (*grouped, *entries[cutoff:]),
        len(grouped),
        words=scope.query.typed_text,
        encoder=encoder.title if encoder else "",
        left_out=left_out,
        found=found,
        is_cut=found > cutoff,
        notices=tuple(notice for ranking in rankings for notice in ranking.notices),
    )


def _relevant_photos(rankings: Sequence[Ranking]) -> set[int]:
    """Return the relevant photos of all rankings; fewer if photos contain the words as typed."""
    has_words = any(photo.tier == "exact" for ranking in rankings for photo in ranking.photos.values())
    relevant: set[int] = set()
    for ranking in rankings:
        size = ranking.certain if has_words and ranking.certain is not None else ranking.relevant
        relevant.update(list(ranking.photos)[:size])
    return relevant


def _merge(photo_id: int, score: float, rankings: Sequence[Ranking]) -> RankedPhoto:
    """Return the photo with the reasons of all rankings."""
    merged = RankedPhoto(photo_id, score)
    for ranking in rankings:
        if entry := ranking.photos.get(photo_id):
            merged = replace(merged, tier=merged.tier or entry.tier)
            if entry.likeness is not None:
                merged = replace(merged, cosine=entry.cosine, likeness=entry.likeness)
    return merged


def _group(entries: list[RankedPhoto], *, encoder: EncoderInfo | None, scope: SearchScope) -> list[RankedPhoto]:
    """Return `entries` with near-duplicates grouped, or unchanged if no encoder is available."""
    try:
        encoder = encoder or choose_encoder(frozenset(), user=scope.user)
    except EncoderUnavailable:
        return entries
    return group_near_duplicates(entries, encoder=encoder) if encoder else entries
