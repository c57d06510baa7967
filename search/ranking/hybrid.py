"""Find photos by words, by a picture, or by a stored photo: rankings fused, the database having the last word."""

import logging
from dataclasses import replace
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from gallery.models import Photo, PhotoQuerySet
from search.encoders.client import EncoderUnavailable, encode_query_image
from search.query.filters import Filters
from search.ranking.ranker import Order, Ranker
from search.ranking.result_lists import keep_list, read_list
from search.ranking.results import PAGE_SIZE, FoundList, SearchPage, cut_page
from search.vectors.encoder_choice import choose_encoder
from search.vectors.examples import Example, SentPicture, StoredPhoto, keep_picture

logger = logging.getLogger(__name__)


def search_by_text(
    text: str,
    *,
    user: AbstractBaseUser,
    filters: Filters | None = None,
    order: Order = "",
    among: PhotoQuerySet | None = None,
    at_most: int | None = None,
    limit: int = PAGE_SIZE,
    keeps_list: bool = False,
) -> SearchPage:
    """Photos of `user` that hold the words or show what they mean, best first; filters alone list newest first.

    Only photos `among` those, where they are given; in another `order` only those that are likely. The page has `limit`
    of the at most `at_most` photos; `continue_search` gives the next ones. The list is kept for them, and with
    `keeps_list` though there are none: for those who go from photo to photo in it.

    Raises:
        InvalidQuery: with a sentence for the person.
    """
    ranker = Ranker(text, user=user, filters=filters, order=order, among=among)
    return _first_page(ranker.by_text(), ranker, at_most=at_most, limit=limit, keeps_list=keeps_list)


def search_by_example(
    example: Example,
    *,
    user: AbstractBaseUser,
    text: str = "",
    filters: Filters | None = None,
    order: Order = "",
    at_most: int | None = None,
    limit: int = PAGE_SIZE,
    keeps_list: bool = False,
) -> SearchPage:
    """Return photos of `user` similar to `example`, and closer to the words of `text` than to its excluded ones.

    See search.vectors.composition for the method. The words are also searched in the recognised texts, and the
    rankings fused;
    filters and excluded words narrow both.

    Raises:
        InvalidImage: a part of a photo cannot be cut out.
        EncoderBusy: other picture queries of `user` are running.
        InvalidQuery: with a sentence for the user.
    """
    ranker = Ranker(text, user=user, filters=filters, order=order)
    return _first_page(ranker.by_example(example), ranker, at_most=at_most, limit=limit, keeps_list=keeps_list)


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
    return keep_picture(query_vector, model=encoder.model, user=user)


def search_by_image(
    data: bytes,
    *,
    user: AbstractBaseUser,
    text: str = "",
    filters: Filters | None = None,
    order: Order = "",
    limit: int = PAGE_SIZE,
) -> SearchPage:
    """Return photos of `user` similar to the picture in `data`: `remember_picture` and `search_by_example` in one.

    Raises:
        InvalidImage: `data` is not a supported picture.
        EncoderBusy: other picture queries of `user` are running.
        InvalidQuery: with a sentence for the user.
    """
    try:
        example = remember_picture(data, user=user)
    except EncoderUnavailable as error:
        logger.warning("Nothing is searched with a picture: %s", error)
        return SearchPage(notices=[_("Pictures cannot be compared at the moment; only words are searched.")])
    return search_by_example(example, user=user, text=text, filters=filters, order=order, limit=limit)


def search_similar(photo: Photo, *, user: AbstractBaseUser, limit: int = 24) -> SearchPage:
    """Photos of `user` that look like their `photo`, by its stored vector, without itself."""
    if photo.owner_id != user.pk:
        return SearchPage()
    ranker = Ranker("", user=user, filters=None, order="")
    found = ranker.by_example(StoredPhoto(photo))
    found = replace(found, entries=found.entries[:limit])
    return cut_page(found, user=user, limit=limit, notices=ranker.notices)


def continue_search(key: UUID | str, *, user: AbstractBaseUser, start: int, limit: int = PAGE_SIZE) -> SearchPage:
    """The page of the list that was kept under `key` that begins with number `start` (from 0).

    Raises:
        ResultListGone: the list is too old.
    """
    return cut_page(read_list(key, user=user), user=user, start=start, limit=limit, key=str(key))


def _first_page(found: FoundList, ranker: Ranker, *, at_most: int | None, limit: int, keeps_list: bool) -> SearchPage:
    """The first `limit` of `found`, which is kept where more follow, or (`keeps_list`) where there are several."""
    if at_most is not None:
        found = replace(found, entries=found.entries[:at_most])
    is_kept = len(found.entries) > (1 if keeps_list else limit)
    key = keep_list(found, user=ranker.user) if is_kept else ""
    return cut_page(found, user=ranker.user, limit=limit, notices=ranker.notices, key=key)
