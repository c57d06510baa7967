"""The retrieval methods: each ranks photos of one user for one query, by keywords or by a vector."""

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from gallery.models import Photo
from search.encoders.client import EncoderInfo, EncoderUnavailable, describe_encoders, display_score, encode_text
from search.keywords.asking import Answers, ask_early
from search.keywords.fallback import keyword_search_in_database
from search.keywords.index import KeywordSearchUnavailable
from search.keywords.search import keyword_search
from search.keywords.snippets import KeywordHit, Order
from search.query.parser import is_code, scripts_of
from search.query.ways import TIERS, Tier
from search.ranking.cutoff import CERTAIN_LIKENESS, count_certain, count_relevant
from search.ranking.results import RankedPhoto
from search.ranking.scope import SearchScope
from search.vectors.composition import Composition, compose_vector
from search.vectors.encoder_choice import choose_encoder
from search.vectors.examples import Example
from search.vectors.search import Sample, sample_vectors, vector_search

logger = logging.getLogger(__name__)

# The weighted form of reciprocal rank fusion, as in Elasticsearch. Similar spellings and pictures take turns: with a
# larger weight, a dozen texts with "pocket" would come before the picture of a rocket.
TIER_WEIGHTS: dict[Tier, float] = {"exact": 2.0, "form": 2.0, "similar": 1.01}
VECTOR_WEIGHT = 1.0

# Lengths of the rankings. Every photo is somewhat similar to a query vector, so that ranking is cut earlier.
KEYWORD_DEPTH = 1000
# Lists by date have no last, irrelevant hits to leave out.
DATED_KEYWORD_DEPTH = 5000
VECTOR_DEPTH = 240
# Of initials such as "pdf", many hits are there by chance; those of a name are few.
MAX_VAGUE_HITS = 10


@dataclass(frozen=True)
class Ranking:
    """Photos by their ids, best first, from one retrieval method; the first `relevant` of them are above the cutoff.

    `encoder` compared the pictures, if any did; `notices` are messages for the user about what could not be searched.
    `total` counts all photos that match if the ranking was cut. `certain` is the number of photos that stay relevant
    beside photos that contain the words as typed; None for all relevant ones.
    """

    photos: Mapping[int, RankedPhoto]
    relevant: int
    weight: float = 1.0
    encoder: EncoderInfo | None = None
    notices: tuple[str, ...] = ()
    total: int = 0
    certain: int | None = None


@dataclass(frozen=True)
class VectorQuery:
    """A query vector of `encoder`; `kind` is the calibration that its cosines need.

    `notices` are messages for the user about words that the encoder cannot read. `sha256` is that of the picture, if
    known.
    """

    encoder: EncoderInfo
    kind: Literal["text", "image"]
    composition: Composition
    notices: tuple[str, ...] = ()
    sha256: str = ""

    def likeness(self, cosine: float) -> float:
        """Return how well a picture with this cosine matches, 0–1."""
        composition = self.composition
        return display_score(self.encoder, cosine * composition.length, baseline=composition.baseline, kind=self.kind)


def ask_index(scope: SearchScope, *, order: Order = "") -> Future[Answers]:
    """Ask the keyword index for the photos of `rank_by_keywords`, while the caller goes on."""
    return ask_early(scope.indexed_query, user=scope.user, limit=_depth(order), order=order)


def _depth(order: Order) -> int:
    return DATED_KEYWORD_DEPTH if order else KEYWORD_DEPTH


def rank_by_keywords(scope: SearchScope, *, order: Order = "", asked: Future[Answers] | None = None) -> list[Ranking]:
    """Rank photos by the words in their texts, names and descriptions: those of each tier, the closest tier first.

    While the index is unavailable, the database is searched, for exact hits only. With an `order`, exact hits are the
    newest or oldest ones. `asked` is the result of `ask_index`.
    """
    notices: tuple[str, ...] = ()
    limit = _depth(order)
    try:
        found = keyword_search(scope.known_query, user=scope.user, limit=limit, order=order, asked=asked)
    except KeywordSearchUnavailable as error:
        logger.warning("Keyword search falls back to the database: %s", error)
        notices = (_("The keyword index is unavailable: only exact words are found for now, no similar spellings."),)
        found = keyword_search_in_database(scope.known_query, user=scope.user, limit=limit, order=order)
    rankings = []
    for tier in TIERS:
        hits = [hit for hit in found if hit.tier == tier]
        photos = {hit.photo_id: RankedPhoto(hit.photo_id, tier=tier) for hit in hits}
        rankings.append(
            Ranking(
                photos,
                relevant=_count_clear(hits),
                weight=TIER_WEIGHTS[tier],
                notices=notices if tier == "exact" else (),
                total=found.found if tier == "exact" and len(photos) == limit else 0,
                # Beside exact hits, similar words are probably other words.
                certain=0 if tier == "similar" else None,
            )
        )
    return rankings


def _count_clear(hits: Sequence[KeywordHit]) -> int:
    """Return how many of `hits` (closest first) are relevant: not the vague ones if they are many."""
    clear = sum(not hit.is_vague for hit in hits)
    return len(hits) if len(hits) - clear <= MAX_VAGUE_HITS else clear


def rank_by_vector(scope: SearchScope, *, example: Example | None = None) -> Ranking:
    """Rank photos by their similarity to `example` and the words of the query, or to the words alone.

    The ranking is empty if no encoder is available.

    Raises:
        InvalidImage: a region of a photo cannot be cut out.
        EncoderBusy: other picture queries of the user are running.
    """
    notices: list[str] = []
    try:
        encoders = describe_encoders()
        waiting = [info for info in encoders if info.state == "waiting"]
        if getattr(scope.user, "is_staff", False):
            # The reasons contain folders of this machine.
            notices += [f"{info.title}: {info.reason}" for info in waiting]
        if waiting == encoders:
            raise EncoderUnavailable("all encoders are waiting")
        vector_query = _query_by_example(scope, example) if example else _query_by_words(scope)
    except EncoderUnavailable as error:
        logger.warning("Search goes on without comparing pictures: %s", error)
        message = _("Pictures cannot be compared at the moment; only words are searched.")
        return Ranking({}, relevant=0, notices=(*notices, message))
    if vector_query is None:
        return Ranking({}, relevant=0, notices=tuple(notices))
    return _nearest_photos(vector_query, scope=scope, notices=notices)


def without_excluded_pictures(scope: SearchScope) -> SearchScope:
    """Return `scope` without the photos that certainly show an excluded word, as far as an encoder can compare them."""
    shown: set[int] = set()
    for word in scope.query.excluded:
        try:
            encoder = None if is_code(word) else choose_encoder(scripts_of(word), user=scope.user)
            if encoder is None:
                continue
            query_vector = encode_text(word, model=encoder.model)
        except EncoderUnavailable as error:
            logger.warning("Only words are excluded: %s", error)
            break
        composition = Composition(query_vector.vector, 1.0, query_vector.baseline)
        ranking = _nearest_photos(VectorQuery(encoder, "text", composition), scope=scope, notices=())
        shown.update(list(ranking.photos)[: ranking.certain])
    return replace(scope, without=scope.without | shown)


def _query_by_words(scope: SearchScope) -> VectorQuery | None:
    encoder = choose_encoder(scope.query.scripts, user=scope.user)
    if encoder is None:
        return None
    query_vector = encode_text(scope.query.text, model=encoder.model)
    return VectorQuery(encoder, "text", Composition(query_vector.vector, 1.0, query_vector.baseline))


def _query_by_example(scope: SearchScope, example: Example) -> VectorQuery | None:
    """Return the vector of `example` moved towards the words and away from the excluded ones; None if it has none."""
    encoder = _encoder_of(example, user=scope.user)
    query_vector = example.vector_for(encoder) if encoder else None
    if encoder is None or query_vector is None:
        return None
    query = scope.query
    wanted = [query.text] if query.words else []
    unread = [text for text in (*wanted, *query.excluded) if not scripts_of(text) <= encoder.scripts]
    notices: tuple[str, ...] = ()
    if unread:
        message = _("%(encoder)s does not understand “%(words)s”; only texts and names are searched for it.")
        notices = (message % {"encoder": encoder.title, "words": " ".join(unread)},)
    composition = compose_vector(
        query_vector.vector,
        wanted=_vectors_of([text for text in wanted if text not in unread], encoder),
        avoided=_vectors_of([text for text in query.excluded if text not in unread], encoder),
        sample=_sample(encoder, scope).vectors,
    )
    return VectorQuery(encoder, "image", composition, notices, example.sha256)


def _encoder_of(example: Example, *, user: AbstractBaseUser) -> EncoderInfo | None:
    """Return the encoder that made the vector of `example`, or that will make it; None if it is not ready."""
    if not example.model:
        return choose_encoder(frozenset(), user=user)
    return next((info for info in describe_encoders() if (info.model, info.state) == (example.model, "ready")), None)


def _vectors_of(texts: Sequence[str], encoder: EncoderInfo) -> list[np.ndarray]:
    return [encode_text(text, model=encoder.model).vector for text in texts]


def _nearest_photos(vector_query: VectorQuery, *, scope: SearchScope, notices: Sequence[str]) -> Ranking:
    """Rank photos by their cosine to the query vector, down to the encoder's lowest useful score."""
    encoder, composition = vector_query.encoder, vector_query.composition
    hits = vector_search(
        composition.vector,
        model=encoder.model,
        user=scope.user,
        photos=Photo.objects.filter(scope.conditions) if scope.conditions else None,
        limit=VECTOR_DEPTH,
    )
    likenesses = [vector_query.likeness(hit.cosine) for hit in hits]
    # Versions of one picture are relevant in any library; other pictures may be similar too.
    certain = CERTAIN_LIKENESS
    if vector_query.kind == "image":
        certain = vector_query.likeness(1 - encoder.same_picture_distance)
    sample = _sample(encoder, scope)
    relevant = count_relevant(
        [hit.cosine for hit in hits],
        likenesses,
        background=sample.vectors @ composition.vector,
        photos=sample.photos,
        certain=certain,
    )
    photos = {
        hit.photo_id: RankedPhoto(hit.photo_id, cosine=hit.cosine, likeness=likeness)
        for hit, likeness in zip(hits, likenesses, strict=True)
        if likeness >= encoder.floor
    }
    relevant = min(relevant, len(photos))
    if identical := _identical_photo(vector_query, scope):
        others = {pk: photo for pk, photo in photos.items() if pk != identical.photo_id}
        is_counted = identical.photo_id in list(photos)[:relevant]
        photos, relevant = {identical.photo_id: identical, **others}, relevant + (not is_counted)
    return Ranking(
        photos,
        relevant,
        VECTOR_WEIGHT,
        encoder,
        (*notices, *vector_query.notices),
        certain=min(count_certain(likenesses), relevant) if vector_query.kind == "text" else None,
    )


def _identical_photo(vector_query: VectorQuery, scope: SearchScope) -> RankedPhoto | None:
    """Return the photo with the same bytes as the picture of the query."""
    if not vector_query.sha256:
        return None
    photo = scope.photos.filter(sha256=vector_query.sha256).first()
    return RankedPhoto(photo.pk, cosine=1.0, likeness=1.0) if photo else None


def _sample(encoder: EncoderInfo, scope: SearchScope) -> Sample:
    return sample_vectors(encoder.model, dimensions=encoder.dimensions, user=scope.user)
