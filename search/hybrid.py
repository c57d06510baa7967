"""Find photos by words, by a picture, or by a stored photo: rankings fused, the database having the last word."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Q
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from gallery.models import Photo, PhotoQuerySet
from search.encoder_choice import choose_encoder
from search.encoders.client import (
    EncoderInfo,
    EncoderUnavailable,
    QueryVector,
    describe_encoders,
    display_score,
    encode_query_image,
    encode_text,
)
from search.keyword_fallback import mentions
from search.models import PhotoEmbedding
from search.query import Filters, Query, parse
from search.retrieval import KeywordSearchUnavailable, keyword_search, keyword_search_in_database
from search.vector_search import vector_search

logger = logging.getLogger(__name__)

User = AbstractBaseUser | AnonymousUser

# Both from Cormack, Clarke and Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning
# methods" (SIGIR 2009) and Elasticsearch's weighted form of it. With a weight of 2 and k = 60 the first 60 photos that
# contain the very words come before any that only look likely.
RRF_K = 60
KEYWORD_WEIGHT = 2.0
VECTOR_WEIGHT = 1.0

# How deep each ranking goes, at least: a photo that both rankings hold far down should still be seen to be in both.
CANDIDATES = 200


@dataclass(frozen=True)
class Reason:
    """Why a photo was found: its words (`snippet`, safe HTML) or its picture (`encoder`, `score` 0–1, `cosine`)."""

    kind: str
    snippet: SafeString | None = None
    encoder: EncoderInfo | None = None
    score: float | None = None
    cosine: float | None = None


@dataclass(frozen=True)
class Hit:
    """A photo that was found, the reasons, and the fused score that orders it (higher is better)."""

    photo: Photo
    reasons: tuple[Reason, ...]
    score: float


@dataclass(frozen=True)
class SearchPage:
    """What the person gets: hits, best first, and a sentence for everything that could not be asked."""

    hits: list[Hit] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    has_more: bool = False


@dataclass(frozen=True)
class Ranking:
    """What one retriever proposes: photo ids, best first, each with its reasons."""

    reasons: Mapping[int, tuple[Reason, ...]]
    weight: float = 1.0


def reciprocal_rank_fusion(rankings: Sequence[tuple[Sequence[int], float]], *, k: int = RRF_K) -> dict[int, float]:
    """Score ids by Σ weight / (k + rank) over `rankings` (ids best first, weight); rank starts at 1."""
    scores: dict[int, float] = {}
    for ids, weight in rankings:
        for rank, photo_id in enumerate(ids, start=1):
            scores[photo_id] = scores.get(photo_id, 0.0) + weight / (k + rank)
    return scores


def search_by_text(text: str, *, user: User, filters: Filters | None = None, limit: int = 60) -> SearchPage:
    """Photos of `user` that hold the words or show what they mean; filters alone list newest first.

    Raises:
        InvalidQuery: with a sentence for the person.
    """
    query = parse(text, filters=filters)
    search = _Search(user, conditions=_conditions(query), limit=limit)
    if not query.has_terms:
        return search.newest()
    rankings = [search.rank_by_keywords(query)]
    if not query.is_exact:
        rankings.append(
            search.rank_by_vector(
                lambda encoder: encode_text(query.text, model=encoder.model), kind="text", scripts=query.scripts
            )
        )
    return search.fuse(rankings)


def search_by_image(
    data: bytes, *, user: User, text: str = "", filters: Filters | None = None, limit: int = 60
) -> SearchPage:
    """Photos of `user` that look like the picture in `data` (a file's bytes); nothing is stored.

    Words in `text` are searched for as well and fused in; its filters and excluded words narrow both.

    Raises:
        InvalidImage: `data` is no picture.
        InvalidQuery: with a sentence for the person.
    """
    query = parse(text, filters=filters)
    search = _Search(user, conditions=_conditions(query), limit=limit)
    rankings = [search.rank_by_vector(lambda encoder: encode_query_image(data, model=encoder.model), kind="image")]
    if query.has_terms:
        rankings.append(search.rank_by_keywords(query))
    return search.fuse(rankings)


def search_similar(photo: Photo, *, user: User, limit: int = 24) -> SearchPage:
    """Photos of `user` that look like their `photo`, by its stored vector (view 0), without itself."""

    def stored_vector(encoder: EncoderInfo) -> QueryVector | None:
        whole = PhotoEmbedding.objects.filter(photo=photo, owner_id=user.pk, model=encoder.model, view=0).first()
        return QueryVector.from_stored(whole.vector) if whole else None

    search = _Search(user, conditions=~Q(pk=photo.pk), limit=limit)
    return search.fuse([search.rank_by_vector(stored_vector, kind="image")])


def _conditions(query: Query) -> Q:
    """The filters and excluded words as conditions on Photo: rankings that know no words must keep to them too."""
    conditions = query.filters.photo_conditions()
    for term in query.excluded:
        conditions &= ~mentions(term)
    return conditions


class _Search:
    """One search of one person: its rankings under the same conditions, and what could not be asked."""

    def __init__(self, user: User, *, conditions: Q, limit: int) -> None:
        self.user = user
        self.conditions = conditions
        self.limit = limit
        self.depth = max(CANDIDATES, limit + 1)
        self.notices: list[str] = []

    @property
    def photos(self) -> PhotoQuerySet:
        """The photos that may be found."""
        return Photo.objects.visible_to(self.user).filter(self.conditions, defect="")

    def newest(self) -> SearchPage:
        """All photos under the conditions, newest first."""
        photos = list(self.photos.order_by("-pk")[: self.limit + 1])
        hits = [Hit(photo, reasons=(), score=0.0) for photo in photos[: self.limit]]
        return SearchPage(hits, has_more=len(photos) > self.limit)

    def rank_by_keywords(self, query: Query) -> Ranking:
        """By the words in the picture, its name and its description."""
        try:
            found = keyword_search(query, user=self.user, limit=self.depth)
        except KeywordSearchUnavailable as error:
            logger.warning("Keyword search falls back to the database: %s", error)
            self.notices.append(
                _("The keyword index does not answer; words are looked up in the database, less cleverly.")
            )
            found = keyword_search_in_database(query, user=self.user, limit=self.depth)
        reasons = {
            hit.photo_id: tuple(Reason(snippet.source, snippet=snippet.html) for snippet in hit.snippets)
            for hit in found
        }
        return Ranking(reasons, weight=KEYWORD_WEIGHT)

    def rank_by_vector(
        self,
        encode: Callable[[EncoderInfo], QueryVector | None],
        *,
        kind: Literal["text", "image"],
        scripts: frozenset[str] = frozenset(),
    ) -> Ranking:
        """By the one encoder that answers for this library; what it finds only vaguely alike proposes nothing."""
        try:
            self.notices.extend(info.reason for info in describe_encoders() if info.state == "waiting")
            encoder = choose_encoder(scripts, user=self.user)
            query_vector = encode(encoder) if encoder else None
        except EncoderUnavailable as error:
            logger.warning("Search goes on without the pictures' meaning: %s", error)
            self.notices.append(_("Pictures cannot be compared at the moment; only words are searched."))
            return Ranking({})
        if encoder is None or query_vector is None:
            return Ranking({})
        found = vector_search(
            query_vector.vector,
            model=encoder.model,
            user=self.user,
            photos=Photo.objects.filter(self.conditions) if self.conditions else None,
            limit=self.depth,
        )
        reasons = {}
        for hit in found:
            score = display_score(encoder, hit.cosine, baseline=query_vector.baseline, kind=kind)
            if score >= encoder.floor:
                reasons[hit.photo_id] = (Reason("picture", encoder=encoder, score=score, cosine=hit.cosine),)
        return Ranking(reasons, weight=VECTOR_WEIGHT)

    def fuse(self, rankings: list[Ranking]) -> SearchPage:
        """Merge the rankings; the database says which of them may be seen, for an index may lag behind."""
        scores = reciprocal_rank_fusion([(list(ranking.reasons), ranking.weight) for ranking in rankings])
        allowed = set(self.photos.filter(pk__in=scores).values_list("pk", flat=True))
        ranked = sorted(allowed, key=lambda photo_id: (-scores[photo_id], -photo_id))
        photos = self.photos.in_bulk(ranked[: self.limit])
        hits = [
            Hit(
                photos[photo_id],
                reasons=tuple(reason for ranking in rankings for reason in ranking.reasons.get(photo_id, ())),
                score=scores[photo_id],
            )
            for photo_id in ranked[: self.limit]
            if photo_id in photos
        ]
        return SearchPage(hits, self.notices, has_more=len(ranked) > self.limit)
