"""Which encoder answers for a person's library: nothing is switched, it follows from what is there."""

from typing import Any

from django.db.models import Count, Q

from gallery.access import AnyUser
from gallery.models import Photo
from photosearch.caching import remember
from search.encoders.client import EncoderInfo, describe_encoders
from search.models import PhotoEmbedding
from search.vectors.index import has_vector_index
from search.vectors.search import EXACT_ROWS

# An encoder may answer while it knows at most so much less of the library than the one that knows most.
COVERAGE_MARGIN = 0.1
CACHE_SECONDS = 15


def choose_encoder(scripts: frozenset[str], *, user: AnyUser) -> EncoderInfo | None:
    """The most preferred encoder that is ready, reads `scripts` and knows the library of `user`; None if there is none.

    It must know about as many photos as any other, and in a large library it must have its index as long as another
    one has: so a new model takes over when its vectors are there, and not before.

    Raises:
        EncoderUnavailable: the encoder process does not answer.
    """
    ready = [info for info in describe_encoders() if info.state == "ready" and scripts <= info.scripts]
    if len(ready) < 2:
        return ready[0] if ready else None
    photos, vectors = _counts(user)
    known = {info.model: vectors.get(info.model, (0, 0)) for info in ready}
    enough = max(views_0 for views_0, _all in known.values()) - COVERAGE_MARGIN * photos
    knowing = [info for info in ready if known[info.model][0] >= enough]
    quick = [info for info in knowing if known[info.model][1] <= EXACT_ROWS or has_vector_index(info.model)]
    return (quick or knowing)[0]


def _counts(user: AnyUser) -> tuple[int, dict[str, tuple[int, int]]]:
    """The photos of `user`, and for each model how many it knows and all of its vectors; as of some seconds ago."""

    def count() -> list[Any]:
        photos = Photo.objects.visible_to(user).filter(defect="").count()
        vectors = PhotoEmbedding.objects.filter(owner_id=user.pk).values("model")
        rows = vectors.annotate(photos=Count("pk", filter=Q(view=0)), vectors=Count("pk")).order_by()
        return [photos, {row["model"]: [row["photos"], row["vectors"]] for row in rows}]

    def read(counts: list[Any]) -> tuple[int, dict[str, tuple[int, int]]]:
        photos, by_model = counts
        return int(photos), {model: (int(known), int(vectors)) for model, (known, vectors) in dict(by_model).items()}

    return remember(f"embedded-photos-{user.pk}", count, seconds=CACHE_SECONDS, read=read)
