"""Indexes photos and waits until searches find them."""

from gallery.models import Photo
from search.keywords.index import connected, index_photos


def index_all(*photos: Photo) -> None:
    """Index `photos`, or all there are, and wait until they can be found."""
    assert index_photos([photo.pk for photo in photos or Photo.objects.all()]) == {}
    refresh()


def refresh() -> None:
    """Wait until what was written can be found."""
    from django.conf import settings

    with connected() as client:
        client.indices.refresh(index=settings.ELASTICSEARCH_INDEX)
