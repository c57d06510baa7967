"""Fuses the rankings of several retrieval methods into one list."""

import math
from collections.abc import Collection, Sequence
from typing import Literal

from gallery.models import IsOneOf, Photo
from search.encoders.client import EncoderInfo, EncoderUnavailable
from search.keywords.snippets import DATE_ORDERS, Order
from search.query.ways import Tier
from search.ranking.grouping import group_near_duplicates
from search.ranking.ranker import Ranking
from search.ranking.results import RankedList, RankedPhoto
from search.ranking.scope import SearchScope
from search.vectors.encoder_choice import choose_encoder

# From Cormack, Clarke and Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods"
# (SIGIR 2009). With the weights of search.ranking.ranker, the first 60 photos that contain the words come before any
# that only look relevant.
RRF_K = 60
# Between the scores of neighbours in a weaker tier that is moved below a closer one.
STEP = 1e-6


def reciprocal_rank_fusion(rankings: Sequence[tuple[Sequence[int], float]], *, k: int = RRF_K) -> dict[int, float]:
    """Score ids by Σ weight / (k + rank) over `rankings` (ids best first, weight); rank starts at 1."""
    scores: dict[int, float] = {}
    for ids, weight in rankings:
        for rank, photo_id in enumerate(ids, start=1):
            scores[photo_id] = scores.get(photo_id, 0.0) + weight / (k + rank)
    return scores


def fuse(rankings: Sequence[Ranking], *, scope: SearchScope, order: Order) -> RankedList:
    """Merge `rankings` into one list.

    Photos above the relevance cutoff come first, and a photo of a weaker tier never before one of a closer tier. Below
    the cutoff, similar spellings come first. Rights are not checked: each ranking contains photos of the user only, and
    pages are cut from what the user may see.
    """
    scores = _keep_tiers_apart(
        reciprocal_rank_fusion([(list(ranking.photos), ranking.weight) for ranking in rankings]), rankings
    )
    photos = _within(scope, scores)
    relevant = _relevant_photos(rankings).intersection(photos)
    by_words = {pk for ranking in rankings for pk, photo in ranking.photos.items() if photo.tier}
    groups: tuple[list[int], ...] = ([], [], [])
    for pk in photos:
        groups[0 if pk in relevant else 1 if pk in by_words else 2].append(pk)
    cutoff, left_out = len(relevant), 0
    if order:
        ranked, left_out = _by_date(relevant, rankings, order=order), len(photos) - cutoff
    else:
        ranked = [pk for group in groups for pk in sorted(group, key=lambda pk: (-scores[pk], -pk))]
    entries = [_merge(photo_id, scores[photo_id], rankings) for photo_id in ranked]
    encoder = next((ranking.encoder for ranking in rankings if ranking.encoder), None)
    grouped = _group(entries[:cutoff], encoder=encoder, scope=scope)
    # The totals of the index also count photos outside of `among`.
    totals = [ranking.total for ranking in rankings] if scope.among is None else []
    found = max([cutoff, *totals])
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


def _within(scope: SearchScope, photo_ids: Collection[int]) -> Collection[int]:
    """Return those of `photo_ids` that the scope's set includes; each ranking has checked the query's conditions."""
    if scope.among is None and not scope.without:
        return photo_ids
    photos = Photo.objects.filter(IsOneOf("pk", photo_ids), scope.conditions)
    return set(photos.values_list("pk", flat=True))


def _by_date(photo_ids: set[int], rankings: Sequence[Ranking], *, order: Order) -> list[int]:
    for ranking in rankings:
        # Exact hits are in this order already, and there may be thousands.
        if photo_ids <= ranking.photos.keys() and all(photo.tier == "exact" for photo in ranking.photos.values()):
            return [pk for pk in ranking.photos if pk in photo_ids]
    photos = Photo.objects.filter(IsOneOf("pk", photo_ids)).order_by(*DATE_ORDERS[order])
    return list(photos.values_list("pk", flat=True))


def _keep_tiers_apart(scores: dict[int, float], rankings: Sequence[Ranking]) -> dict[int, float]:
    """Return `scores` with those of each tier below all of the closer tiers, whatever the pictures look like.

    There are weaker tiers only if the exact hits fill no page, so that these stand before all pictures.
    """
    scores = dict(scores)
    ceiling = math.inf
    for ranking in rankings:
        if any(photo.tier for photo in ranking.photos.values()):
            for rank, pk in enumerate(ranking.photos, start=1):
                scores[pk] = min(scores[pk], ceiling * (1 - rank * STEP))
            ceiling = min(scores[pk] for pk in ranking.photos)
    return scores


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
    tier: Tier | Literal[""] = ""
    cosine = likeness = None
    for ranking in rankings:
        if entry := ranking.photos.get(photo_id):
            tier = tier or entry.tier
            if entry.likeness is not None:
                cosine, likeness = entry.cosine, entry.likeness
    return RankedPhoto(photo_id, score, tier, cosine, likeness)


def _group(entries: list[RankedPhoto], *, encoder: EncoderInfo | None, scope: SearchScope) -> list[RankedPhoto]:
    """Return `entries` with near-duplicates grouped, or unchanged if no encoder is available."""
    try:
        encoder = encoder or choose_encoder(frozenset(), user=scope.user)
    except EncoderUnavailable:
        return entries
    return group_near_duplicates(entries, encoder=encoder) if encoder else entries
