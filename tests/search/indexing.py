"""Indexes photos and waits until searches find them."""

from django.db import connection

from gallery.models import Photo
from search.keywords.index import connected, index_photos


def index_all(*photos: Photo) -> None:
    """Index `photos`, or all photos, and wait until searches find them."""
    assert index_photos([photo.pk for photo in photos or Photo.objects.all()]) == {}
    refresh()


def refresh() -> None:
    """Wait until searches find all written documents."""
    from django.conf import settings

    with connected() as client:
        client.indices.refresh(index=settings.ELASTICSEARCH_INDEX)


def update_statistics() -> None:
    """Let the planner count the rows of this test; after rolled back rows it expects none and plans searches badly."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
