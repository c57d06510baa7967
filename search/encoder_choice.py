"""Choose the one encoder that answers a query for a library; the choice is derived from what is there, never stored."""

from functools import lru_cache
from time import monotonic

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from search.encoders.client import EncoderInfo, describe_encoders
from search.models import PhotoEmbedding
from search.vector_index import has_vector_index
from search.vector_search import EXACT_ROWS

# An encoder that is still catching up does not answer: it may lag behind the best one by this share of the library.
TOLERATED_LAG = 0.1
COVERAGE_LIFETIME = 10  # seconds


def choose_encoder(scripts: frozenset[str], *, user: AbstractBaseUser | AnonymousUser) -> EncoderInfo | None:
    """The most preferred encoder that is ready, reads all `scripts` and knows this user's photos; None if none is.

    In a library too large for exact search, one whose index is built goes before one whose index is not.
    EncoderUnavailable if the encoder process does not answer.
    """
    able = [info for info in describe_encoders() if info.state == "ready" and scripts <= info.scripts]
    known = {info.model: _known_photos(user.pk, info.model, int(monotonic() / COVERAGE_LIFETIME)) for info in able}
    most = max(known.values(), default=0)
    caught_up = [info for info in able if known[info.model] and known[info.model] >= most * (1 - TOLERATED_LAG)]
    fast = [info for info in caught_up if known[info.model] <= EXACT_ROWS or has_vector_index(info.model)]
    return next(iter(fast or caught_up), None)


@lru_cache(maxsize=1000)
def _known_photos(user_id: int, model: str, _period: int) -> int:
    """How many of a user's photos the model has seen; counted anew in every period."""
    return PhotoEmbedding.objects.filter(owner_id=user_id, model=model, view=0).count()
