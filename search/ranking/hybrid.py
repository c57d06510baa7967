"""Hybrid search: finds photos by words, by an uploaded picture or by a stored photo, and cuts pages of results."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Case, Value, When
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from gallery.models import Photo, PhotoQuerySet
from search.encoders.client import EncoderUnavailable, encode_query_image
from search.keywords.asking import ENOUGH_EXACT_HITS, MAX_LOOSE_WORDS
from search.keywords.snippets import Order
from search.query.filters import DATED_AT
from search.query.parser import Query, parse
from search.ranking.album_members import has_album_named
from search.ranking.date_offers import count_offers, dated_scope, has_exact_hits
from search.ranking.fusion import fuse
from search.ranking.ranker import ask_index, rank_by_keywords, rank_by_vector, without_excluded_pictures
from search.ranking.result_lists import keep_list, read_list
from search.ranking.results import PAGE_SIZE, RankedList, RankedPhoto, SearchPage, cut_page
from search.ranking.scope import SearchScope
from search.vectors.encoder_choice import choose_encoder
from search.vectors.examples import Example, SentPicture, StoredPhoto, keep_picture

logger = logging.getLogger(__name__)

# Queries of filters alone list every match up to this number.
MAX_LISTED_PHOTOS = 5000


@dataclass(frozen=True)
class SearchOptions:
    """The order and length of a result list, and of its first page.

    Lists in another `order` than the best first contain only photos above the relevance cutoff. With `among`, only
    photos of that set are found. The list is kept if it has further pages; with `keeps_list` also if the first page
    shows all of several photos, so that the viewer can step through it.
    """

    order: Order = ""
    among: PhotoQuerySet | None = None
    max_results: int | None = None
    page_size: int = PAGE_SIZE
    keeps_list: bool = False


def search_by_text(query: Query, *, user: AbstractBaseUser, options: SearchOptions = SearchOptions()) -> SearchPage:
    """Return the first page of photos of `user` that contain the words or show what they mean, best first.

    Filters alone list the newest photos first. `continue_search` returns the next pages.
    """
    return _first_page(SearchScope(query, user, options.among), options=options)


def search_by_example(
    example: Example, *, user: AbstractBaseUser, query: Query, options: SearchOptions = SearchOptions()
) -> SearchPage:
    """Return photos of `user` similar to `example`, and closer to the words of `query` than to its excluded ones.

    See search.vectors.composition for the method. The words are also searched in the recognised texts, and the
    rankings fused; filters and excluded words narrow both.

    Raises:
        InvalidImage: a region of a photo cannot be cut out.
        EncoderBusy: other picture queries of `user` are running.
    """
    return _first_page(SearchScope(query, user, options.among), options=options, example=example)


def remember_picture(data: bytes, *, user: AbstractBaseUser) -> SentPicture:
    """Return the vector of a picture file's bytes, to search with; the picture itself is not stored.

    Raises:
        InvalidImage: `data` is not a supported picture.
        EncoderBusy: other picture queries of `user` are running.
        EncoderUnavailable: no encoder can compare pictures at the moment.
    """
    encoder = choose_encoder(frozenset(), user=user)
    if encoder is None:
        raise EncoderUnavailable(_("Pictures cannot be compared at the moment; only words are searched."))
    query_vector = encode_query_image(data, model=encoder.model, asker=user.pk)
    return keep_picture(query_vector, model=encoder.model, sha256=sha256(data).hexdigest(), user=user)


def search_by_image(
    data: bytes, *, user: AbstractBaseUser, query: Query, options: SearchOptions = SearchOptions()
) -> SearchPage:
    """Return photos of `user` similar to the picture in `data`: `remember_picture` and `search_by_example` in one.

    Raises:
        InvalidImage: `data` is not a supported picture.
        EncoderBusy: other picture queries of `user` are running.
    """
    try:
        example = remember_picture(data, user=user)
    except EncoderUnavailable as error:
        logger.warning("A search by picture finds nothing: %s", error)
        return SearchPage(notices=[_("Pictures cannot be compared at the moment; only words are searched.")])
    return search_by_example(example, user=user, query=query, options=options)


def search_similar(photo: Photo, *, user: AbstractBaseUser, limit: int = 24) -> SearchPage:
    """Return photos of `user` that look like their `photo`, by its stored vector, without itself."""
    if photo.owner_id != user.pk:
        return SearchPage()
    scope = SearchScope(Query(), user)
    ranked = rank_photos(scope, example=StoredPhoto(photo)).first(limit)
    return cut_page(ranked, query=scope.query, user=user, limit=limit)


def continue_search(
    key: UUID | str, *, user: AbstractBaseUser, start: int, limit: int = PAGE_SIZE, query: Query | None = None
) -> SearchPage:
    """Return the page of the result list kept under `key` that begins at index `start`.

    `query` is the list's query, if the caller has parsed it already.

    Raises:
        ResultListGone: the list has expired.
    """
    ranked = read_list(key, user=user)
    query = parse(ranked.words) if query is None else query
    return cut_page(ranked, query=query, user=user, start=start, limit=limit, key=str(key))


def rank_photos(scope: SearchScope, *, example: Example | None = None, order: Order = "") -> RankedList:
    """Return all photos that the query and `example` find, in order; without either, all photos of `scope` by date.

    Raises:
        InvalidImage: a region of a photo cannot be cut out.
        EncoderBusy: other picture queries of the user are running.
    """
    query = scope.query
    if query.is_punctuation and not example:
        return RankedList(notices=(_("Only punctuation was typed. Type words, numbers, or signs such as € or ☂."),))
    if example:
        if isinstance(example, StoredPhoto):
            scope = replace(scope, without=frozenset({example.photo.pk}))
        asked = ask_index(scope, order=order) if query.has_terms else None
        rankings = [rank_by_vector(scope, example=example)]
        if query.has_terms:
            rankings += rank_by_keywords(scope, order=order, asked=asked)
    elif query.has_terms:
        asked = None if query.is_exact else ask_index(scope, order=order)
        pictures = [] if query.is_exact else [rank_by_vector(scope)]
        rankings = [*rank_by_keywords(scope, order=order, asked=asked), *pictures]
    else:
        return _all_photos(without_excluded_pictures(scope), order=order)
    return fuse(rankings, scope=scope, order=order)


def _all_photos(scope: SearchScope, *, order: Order) -> RankedList:
    """Return all photos of `scope`, newest first or oldest first; before them those that only show the query's date."""
    sign, dates = "" if order == "oldest" else "-", scope.query.filters.dates
    was_taken_then: Case | Value = Value(True)
    shown_first: list[str] = []
    if dates and dates.spellings:
        then = DATED_AT.condition("dated", replace(dates, spellings=()))
        was_taken_then = Case(When(then, then=True), default=False)
        shown_first = [] if order else ["was_taken_then"]
    photos = scope.photos.annotate(was_taken_then=was_taken_then)
    rows = photos.order_by(*shown_first, f"{sign}dated_at", f"{sign}pk").values_list("pk", "was_taken_then")
    entries = tuple(
        RankedPhoto(pk, tier="" if was_taken_then else "exact") for pk, was_taken_then in rows[:MAX_LISTED_PHOTOS]
    )
    found = len(entries) if len(entries) < MAX_LISTED_PHOTOS else scope.photos.count()
    return RankedList(entries, relevant=len(entries), found=found, is_cut=found > len(entries))


def _first_page(scope: SearchScope, *, options: SearchOptions, example: Example | None = None) -> SearchPage:
    ranked = rank_photos(scope, example=example, order=options.order)
    offers = count_offers(scope)
    if offers and not example and (dated := dated_scope(scope, ranked)):
        taken_then = rank_photos(dated, order=options.order)
        if not dated.query.has_terms or has_exact_hits(taken_then):
            message = _("“%(text)s” is in no picture. These photos were taken then.")
            if dated.query.has_terms:
                message = _("No picture contains “%(text)s” and the other words. These photos were taken then.")
            ranked = replace(taken_then, notices=(*taken_then.notices, message % {"text": offers[0].text}))
            scope, offers = dated, ()
    ranked = replace(ranked, notices=(*ranked.notices, *_notices(scope, ranked))).first(options.max_results)
    is_kept = len(ranked.entries) > (1 if options.keeps_list else options.page_size)
    key = keep_list(ranked, user=scope.user) if is_kept else ""
    page = cut_page(ranked, query=scope.query, user=scope.user, limit=options.page_size, key=key)
    return replace(page, offers=offers)


def _notices(scope: SearchScope, ranked: RankedList) -> Iterator[str]:
    """Yield sentences about the query, about a list that was cut, and about times without photos."""
    yield from scope.query.notices
    by_words = sum(entry.by_words for entry in ranked.entries)
    if len(scope.query.words) > MAX_LOOSE_WORDS and by_words < ENOUGH_EXACT_HITS:
        message = _("Other forms and similar spellings are only looked for in searches of at most %(limit)s words.")
        yield message % {"limit": MAX_LOOSE_WORDS}
    if ranked.is_cut:
        listed = sum(len(entry.photo_ids) for entry in ranked.entries[: ranked.relevant])
        message = _("%(found)s photos match; only the first %(listed)s are listed. More words or filters find fewer.")
        yield message % {"found": number_format(ranked.found), "listed": number_format(listed)}
    filters = scope.query.filters
    if not ranked.entries and filters.album_name and not has_album_named(filters.album_name, user=scope.user):
        yield _("You have no album “%(name)s”.") % {"name": filters.album_name}
    if not ranked.entries and filters.are_about_time:
        shown = filters.dates and filters.dates.spellings
        yield (
            _("No photo that matches was taken then or shows that date.")
            if shown
            else _("No photo that matches was taken then.")
        )
        yield _("Photos without a date count as taken when they were uploaded.")
