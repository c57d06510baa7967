"""What a person may want to type: their saved and recent searches, cameras and file names that begin like it."""

from collections.abc import Iterator
from itertools import islice

from django.contrib.auth.models import AbstractBaseUser
from django.http import QueryDict

from gallery.models import Photo
from search.query.parser import normalize
from search.saved import recent_searches, saved_searches

MOST = 8
# File names and cameras are looked for among so many of the latest photos: at once, however large the library.
LATEST = 2000


def suggest(text: str, *, user: AbstractBaseUser) -> list[str]:
    """At most MOST queries that hold `text`, each once: searches made before, then cameras, then names of files."""
    typed = normalize(text).strip().lower()
    found = (query for query in _candidates(user, with_photos=bool(typed)) if typed in query.lower() != typed)
    return list(islice(dict.fromkeys(found), MOST))


def _candidates(user: AbstractBaseUser, *, with_photos: bool) -> Iterator[str]:
    for searches in (recent_searches(user=user), saved_searches(user=user)):
        for address in searches.values_list("address", flat=True):
            yield from filter(None, [QueryDict(address).get("q", "")])
    if not with_photos:
        return
    latest = Photo.objects.visible_to(user).order_by("-pk")
    for model in dict.fromkeys(latest.values_list("metadata__model", flat=True)[:LATEST]):
        if model:
            yield f'camera:"{model}"'
    yield from latest.values_list("filename", flat=True)[:LATEST]
