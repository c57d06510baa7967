"""Ranks the photos of one person for one query: by words, by meaning, by a picture, under the same conditions."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q
from django.utils.translation import gettext as _

from gallery.models import Photo, PhotoQuerySet
from search.encoders.client import (
    EncoderInfo,
    EncoderUnavailable,
    describe_encoders,
    display_score,
    encode_text,
)
from search.keywords.fallback import mentions
from search.keywords.search import KeywordSearchUnavailable, keyword_search, keyword_search_in_database
from search.query.filters import Filters
from search.query.parser import parse, scripts_of
from search.ranking.cutoff import count_likely
from search.ranking.results import Found, FoundList
from search.ranking.versions import fold_versions
from search.vectors.composition import Composition, compose
from search.vectors.encoder_choice import choose_encoder
from search.vectors.examples import Example, StoredPhoto
from search.vectors.search import Sample, sample_vectors, vector_search

logger = logging.getLogger(__name__)

Order = Literal["", "newest", "oldest"]
Kind = Literal["text", "image"]

# Both from Cormack, Clarke and Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning
# methods" (SIGIR 2009) and Elasticsearch's weighted form of it. With a weight of 2 and k = 60 the first 60 photos that
# contain the very words come before any that only look likely.
RRF_K = 60
KEYWORD_WEIGHT = 2.0
VECTOR_WEIGHT = 1.0

# How far the lists go. Words are found or not; likeness goes on for ever, and nobody looks so far.
KEYWORD_DEPTH = 1000
VECTOR_DEPTH = 240
LISTED = 5000


@dataclass(frozen=True)
class Ranking:
    """What one retriever proposes: photos by their ids, best first; `likely` of them fit, the others may."""

    found: Mapping[int, Found]
    likely: int
    weight: float = 1.0


def reciprocal_rank_fusion(rankings: Sequence[tuple[Sequence[int], float]], *, k: int = RRF_K) -> dict[int, float]:
    """Score ids by Σ weight / (k + rank) over `rankings` (ids best first, weight); rank starts at 1."""
    scores: dict[int, float] = {}
    for ids, weight in rankings:
        for rank, photo_id in enumerate(ids, start=1):
            scores[photo_id] = scores.get(photo_id, 0.0) + weight / (k + rank)
    return scores


class Ranker:
    """One search of one person: what it finds, and sentences about what could not be asked.

    Raises:
        InvalidQuery: with a sentence for the person.
    """

    def __init__(
        self,
        text: str,
        *,
        user: AbstractBaseUser,
        filters: Filters | None,
        order: Order,
        among: PhotoQuerySet | None = None,
    ) -> None:
        self.text = text
        self.query = query = parse(text, filters=filters)
        self.user = user
        self.order = order
        self.notices: list[str] = []
        self.encoder: EncoderInfo | None = None
        # Rankings that know no words must keep to the excluded ones too.
        self.conditions = query.filters.photo_conditions()
        for term in query.excluded:
            self.conditions &= ~mentions(term)
        if among is not None:
            self.conditions &= Q(pk__in=among.values("pk"))

    @property
    def photos(self) -> PhotoQuerySet:
        """The photos that may be found."""
        return Photo.objects.visible_to(self.user).filter(self.conditions, defect="")

    def by_text(self) -> FoundList:
        """What holds the words or shows what they mean; without words, all photos."""
        if not self.query.has_terms:
            return self._all_photos()
        rankings = [self._by_keywords()]
        if not self.query.is_exact:
            rankings.append(self._by_meaning())
        return self._fuse(rankings)

    def by_example(self, example: Example) -> FoundList:
        """What looks like `example`, but for itself, and holds the words."""
        if isinstance(example, StoredPhoto):
            self.conditions &= ~Q(pk=example.photo.pk)
        rankings = [self._by_likeness(example)]
        if self.query.has_terms:
            rankings.append(self._by_keywords())
        return self._fuse(rankings)

    def _all_photos(self) -> FoundList:
        """All photos under the conditions, newest first or oldest first."""
        moment = "dated_at" if self.order == "oldest" else "-dated_at"
        ids = self.photos.order_by(moment, "pk" if self.order == "oldest" else "-pk").values_list("pk", flat=True)
        entries = tuple(Found(pk) for pk in ids[:LISTED])
        return FoundList(entries, likely=len(entries))

    def _by_keywords(self) -> Ranking:
        """By the words in the picture, its name and its description."""
        try:
            hits = keyword_search(self.query, user=self.user, limit=KEYWORD_DEPTH)
        except KeywordSearchUnavailable as error:
            logger.warning("Keyword search falls back to the database: %s", error)
            self.notices.append(
                _("The keyword index does not answer; words are looked up in the database, less cleverly.")
            )
            hits = keyword_search_in_database(self.query, user=self.user, limit=KEYWORD_DEPTH)
        found = {hit.photo_id: Found(hit.photo_id, by_words=True) for hit in hits}
        return Ranking(found, likely=len(found), weight=KEYWORD_WEIGHT)

    def _by_meaning(self) -> Ranking:
        """By what the words mean."""

        def ask(encoder: EncoderInfo) -> Composition:
            query_vector = encode_text(self.query.text, model=encoder.model)
            return Composition(query_vector.vector, 1.0, query_vector.baseline)

        return self._by_vector(ask, kind="text", choose=lambda: choose_encoder(self.query.scripts, user=self.user))

    def _by_likeness(self, example: Example) -> Ranking:
        """By likeness to a picture, with more of the words and less of the excluded ones."""

        def choose() -> EncoderInfo | None:
            if example.model:
                known = (info for info in describe_encoders() if info.model == example.model)
                return next((info for info in known if info.state == "ready"), None)
            return choose_encoder(frozenset(), user=self.user)

        def ask(encoder: EncoderInfo) -> Composition | None:
            query_vector = example.vector_for(encoder)
            if query_vector is None:
                return None
            wanted, avoided = self._vectors_of_words(encoder)
            return compose(query_vector.vector, wanted=wanted, avoided=avoided, sample=self._sample(encoder).vectors)

        return self._by_vector(ask, kind="image", choose=choose)

    def _vectors_of_words(self, encoder: EncoderInfo) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Of the words together and of each excluded one, as far as `encoder` reads them."""
        wanted = [self.query.text] if self.query.words else []
        unread = [text for text in (*wanted, *self.query.excluded) if not scripts_of(text) <= encoder.scripts]
        if unread:
            message = _("%(encoder)s cannot read “%(words)s”; only texts and names are searched for that.")
            self.notices.append(message % {"encoder": encoder.title, "words": " ".join(unread)})
        first, second = (
            [encode_text(text, model=encoder.model).vector for text in texts if text not in unread]
            for texts in (wanted, self.query.excluded)
        )
        return first, second

    def _by_vector(
        self,
        ask: Callable[[EncoderInfo], Composition | None],
        *,
        kind: Kind,
        choose: Callable[[], EncoderInfo | None],
    ) -> Ranking:
        """By the one encoder that answers; what it finds only vaguely alike proposes nothing."""
        try:
            encoders = describe_encoders()
            waiting = [info for info in encoders if info.state == "waiting"]
            if getattr(self.user, "is_staff", False):
                # With the folders of this machine: for those who can put something there.
                self.notices.extend(f"{info.title}: {info.reason}" for info in waiting)
            if waiting == encoders:
                raise EncoderUnavailable("all of them wait")
            encoder = choose()
            asked = ask(encoder) if encoder else None
        except EncoderUnavailable as error:
            logger.warning("Search goes on without the pictures' meaning: %s", error)
            self.notices.append(_("Pictures cannot be compared at the moment; only words are searched."))
            return Ranking({}, likely=0)
        if encoder is None or asked is None:
            return Ranking({}, likely=0)
        self.encoder = encoder
        hits = vector_search(
            asked.vector,
            model=encoder.model,
            user=self.user,
            photos=Photo.objects.filter(self.conditions) if self.conditions else None,
            limit=VECTOR_DEPTH,
        )
        found = {}
        for hit in hits:
            score = display_score(encoder, hit.cosine * asked.length, baseline=asked.baseline, kind=kind)
            if score >= encoder.floor:
                found[hit.photo_id] = Found(hit.photo_id, cosine=hit.cosine, likeness=score)
        sample = self._sample(encoder)
        cosines = [hit.cosine for hit in hits[: len(found)]]
        likely = count_likely(cosines, background=sample.vectors @ asked.vector, photos=sample.photos)
        return Ranking(found, likely=likely, weight=VECTOR_WEIGHT)

    def _sample(self, encoder: EncoderInfo) -> Sample:
        return sample_vectors(encoder.model, dimensions=encoder.dimensions, user=self.user)

    def _fuse(self, rankings: list[Ranking]) -> FoundList:
        """Merge the rankings; the database says which of them may be seen, for an index may lag behind."""
        scores = reciprocal_rank_fusion([(list(ranking.found), ranking.weight) for ranking in rankings])
        allowed = dict(self.photos.filter(pk__in=scores).values_list("pk", "dated_at"))
        ranked = sorted(allowed, key=lambda photo_id: (-scores[photo_id], -photo_id))
        fitting = {pk for ranking in rankings for pk in list(ranking.found)[: ranking.likely]}
        likely = max((number for number, pk in enumerate(ranked, start=1) if pk in fitting), default=0)
        left_out = len(ranked) - likely if self.order else 0
        if self.order:
            ranked = sorted(ranked[:likely], key=lambda pk: (allowed[pk], pk), reverse=self.order == "newest")
        entries = [_merge(photo_id, scores[photo_id], rankings) for photo_id in ranked]
        fitting_entries = self._fold(entries[:likely])
        title = self.encoder.title if self.encoder else ""
        return FoundList(
            (*fitting_entries, *entries[likely:]),
            len(fitting_entries),
            words=self.text,
            encoder=title,
            left_out=left_out,
        )

    def _fold(self, entries: list[Found]) -> list[Found]:
        """Similar versions folded into one, where an encoder knows the photos."""
        try:
            encoder = self.encoder or choose_encoder(frozenset(), user=self.user)
        except EncoderUnavailable:
            return entries
        return fold_versions(entries, encoder=encoder) if encoder else entries


def _merge(photo_id: int, score: float, rankings: list[Ranking]) -> Found:
    """What all rankings say of a photo."""
    merged = Found(photo_id, score)
    for ranking in rankings:
        if entry := ranking.found.get(photo_id):
            merged = replace(merged, by_words=merged.by_words or entry.by_words)
            if entry.likeness is not None:
                merged = replace(merged, cosine=entry.cosine, likeness=entry.likeness)
    return merged
