"""The photos that assistants may read: all, or the results of selected saved searches.

Results are those that the search page shows at the moment: every photo that matches the filters or, for a search by
words or by a picture, the photos above the relevance cutoff. A search that fails allows no photos.
"""

from functools import reduce
from hashlib import sha256
from operator import or_

from django.contrib.auth.models import User
from django.db.models import Q
from django.http import Http404, QueryDict

from gallery.assistants import AssistantAccess
from gallery.models import Photo, PhotoQuerySet
from gallery.pictures.images import InvalidImage
from photosearch.caching import remember
from search.encoders.client import EncoderBusy
from search.forms import SearchForm
from search.query.parser import parse
from search.query.values import InvalidQuery
from search.ranking.hybrid import rank_photos
from search.ranking.scope import SearchScope
from search.saved import MAX_ASSISTANT_SEARCHES, assistant_searches
from search.vectors.examples import ExampleGone

Extent = AssistantAccess.Extent
NOTHING = Q(pk__in=[])
# Seconds for which rankings are cached. Filters are applied each time.
RANKING_CACHE_SECONDS = 120


def readable_photos(access: AssistantAccess) -> PhotoQuerySet:
    """Return the user's photos that `access` lets assistants read."""
    photos = Photo.objects.visible_to(access.user)
    if access.extent == Extent.GALLERY:
        return photos
    if access.extent == Extent.SEARCHES:
        searches = assistant_searches(user=access.user)[:MAX_ASSISTANT_SEARCHES]
        return photos.filter(reduce(or_, (_found_by(saved.address, access.user) for saved in searches), NOTHING))
    return photos.none()


def _found_by(address: str, user: User) -> Q:
    """Return the condition that the search at `address` (a query string) finds a photo."""
    form = SearchForm(QueryDict(address))
    if not form.is_valid() or not form.asks_for_something:
        return NOTHING
    data = form.cleaned_data
    try:
        scope = SearchScope(parse(data["q"], filters=form.filters()), user)
        is_ranked = scope.query.has_terms or data["like"] or data["photo"] or data["top"]
        return scope.conditions & (Q(pk__in=_ranked(address, scope, form)) if is_ranked else Q())
    except (InvalidQuery, InvalidImage, EncoderBusy, ExampleGone, Http404):
        return NOTHING


def _ranked(address: str, scope: SearchScope, form: SearchForm) -> list[int]:
    """Return the ids of the photos above the search's relevance cutoff, as of up to RANKING_CACHE_SECONDS ago."""
    key = f"assistant-ranking:{scope.user.pk}:{sha256(address.encode()).hexdigest()}"
    return remember(
        key, lambda: _rank(scope, form), seconds=RANKING_CACHE_SECONDS, read=lambda known: [int(pk) for pk in known]
    )


def _rank(scope: SearchScope, form: SearchForm) -> list[int]:
    data = form.cleaned_data
    ranked = rank_photos(scope, example=form.example(user=scope.user), order=data["order"]).first(data["top"])
    return [photo_id for entry in ranked.entries[: ranked.relevant] for photo_id in entry.photo_ids]
