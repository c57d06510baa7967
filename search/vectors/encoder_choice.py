"""Choice of the encoder for a user's searches, from the vectors and indexes that exist."""

from typing import Any

from django.db.models import Count, Q

from gallery.access import AnyUser
from gallery.models import Photo
from photosearch.caching import remember
from search.encoders.client import EncoderInfo, describe_encoders
from search.models import PhotoEmbedding
from search.vectors.index import has_vector_index
from search.vectors.search import EXACT_ROWS

# An encoder may have vectors for this much less of the library than the encoder with the most vectors.
COVERAGE_MARGIN = 0.1
CACHE_SECONDS = 15


def choose_encoder(scripts: frozenset[str], *, user: AnyUser) -> EncoderInfo | None:
    """Return the preferred encoder that is ready, reads `scripts` and has vectors of the library; None without one.

    It must have vectors of about as many photos as any other encoder. In a large library it must have an index if
    another encoder has one. So a new model takes over as soon as its vectors are complete.

    Raises:
        EncoderUnavailable: the encoder process does not answer.
    """
    ready = [info for info in describe_encoders() if info.state == "ready" and scripts <= info.scripts]
    if len(ready) < 2:
        return ready[0] if ready else None
    photos, vectors = _counts(user)
    known = {info.model: vectors.get(info.model, (0, 0)) for info in ready}
    enough = max(views_0 for views_0, _all in known.values()) - COVERAGE_MARGIN * photos
    covering = [info for info in ready if known[info.model][0] >= enough]
    fast = [info for info in covering if known[info.model][1] <= EXACT_ROWS or has_vector_index(info.model)]
    return (fast or covering)[0]


def _counts(user: AnyUser) -> tuple[int, dict[str, tuple[int, int]]]:
    """Return the number of photos, and by model the numbers of photos with vectors and of vectors; cached."""

    def count() -> list[Any]:
        photos = Photo.objects.visible_to(user).filter(defect="").count()
        vectors = PhotoEmbedding.objects.filter(owner_id=user.pk).values("model")
        rows = vectors.annotate(photos=Count("pk", filter=Q(view=0)), vectors=Count("pk")).order_by()
        return [photos, {row["model"]: [row["photos"], row["vectors"]] for row in rows}]

    def read(counts: list[Any]) -> tuple[int, dict[str, tuple[int, int]]]:
        photos, by_model = counts
        return int(photos), {model: (int(known), int(vectors)) for model, (known, vectors) in dict(by_model).items()}

    return remember(f"embedded-photos-{user.pk}", count, seconds=CACHE_SECONDS, read=read)
