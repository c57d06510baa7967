"""Suggestions for the search box: the user's recent and saved searches, cameras and file names."""

from collections.abc import Iterator
from itertools import islice

from django.contrib.auth.models import AbstractBaseUser
from django.http import QueryDict

from gallery.models import Photo
from search.query.parser import normalize
from search.saved import recent_searches, saved_searches

MAX_SUGGESTIONS = 8
# Cameras and file names are taken from the latest photos only, so that large libraries answer as fast as small ones.
MAX_SEARCHED_PHOTOS = 2000


def suggest(text: str, *, user: AbstractBaseUser) -> list[str]:
    """Return up to MAX_SUGGESTIONS queries that contain `text`: earlier searches, then cameras, then file names."""
    typed = normalize(text).strip().lower()
    found = (query for query in _candidates(user, with_photos=bool(typed)) if typed in query.lower() != typed)
    return list(islice(dict.fromkeys(found), MAX_SUGGESTIONS))


def _candidates(user: AbstractBaseUser, *, with_photos: bool) -> Iterator[str]:
    for searches in (recent_searches(user=user), saved_searches(user=user)):
        for address in searches.values_list("address", flat=True):
            yield from filter(None, [QueryDict(address).get("q", "")])
    if not with_photos:
        return
    latest = Photo.objects.visible_to(user).order_by("-pk")
    for model in dict.fromkeys(latest.values_list("metadata__model", flat=True)[:MAX_SEARCHED_PHOTOS]):
        if model:
            yield f'camera:"{model}"'
    yield from latest.values_list("filename", flat=True)[:MAX_SEARCHED_PHOTOS]
