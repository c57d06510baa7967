"""Which photos assistants may read: all, or what the saved searches find that their person has chosen for it.

Such a search finds what its page shows at that moment: without words or a picture to compare with, every photo under
its filters; else the photos above the line "less likely", which are few. Whatever cannot be found out is not allowed.
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
from search.ranking.ranker import SearchScope
from search.saved import MAX_ASSISTANT_SEARCHES, assistant_searches
from search.vectors.examples import ExampleGone

Extent = AssistantAccess.Extent
NOTHING = Q(pk__in=[])
# So long the answer of the encoders and of the keyword index counts; filters are looked up each time.
RANKED_SECONDS = 120


def readable_photos(access: AssistantAccess) -> PhotoQuerySet:
    """The photos of its person that `access` lets assistants read."""
    photos = Photo.objects.visible_to(access.user).filter(defect="")
    if access.extent == Extent.GALLERY:
        return photos
    if access.extent == Extent.SEARCHES:
        chosen = assistant_searches(user=access.user)[:MAX_ASSISTANT_SEARCHES]
        return photos.filter(reduce(or_, (_found_by(saved.address, access.user) for saved in chosen), NOTHING))
    return photos.none()


def _found_by(address: str, user: User) -> Q:
    """The condition that a photo is found by the search at `address`."""
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
    """Return the ids of the photos above the search's relevance cutoff, as of up to RANKED_SECONDS ago."""
    key = f"assistant-extent:{scope.user.pk}:{sha256(address.encode()).hexdigest()}"
    return remember(
        key, lambda: _rank(scope, form), seconds=RANKED_SECONDS, read=lambda known: [int(pk) for pk in known]
    )


def _rank(scope: SearchScope, form: SearchForm) -> list[int]:
    data = form.cleaned_data
    ranked = rank_photos(scope, example=form.example(user=scope.user), order=data["order"]).first(data["top"])
    return [photo_id for entry in ranked.entries[: ranked.relevant] for photo_id in entry.photo_ids]
