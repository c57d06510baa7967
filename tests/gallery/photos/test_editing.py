"""Edits of a photo are stored, and the photo is indexed again."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User

from gallery.models import Photo
from gallery.photos.editing import edit_photo
from gallery.processing.tasks import index_photos


def test_edit_increments_revision_and_enqueues_indexing(
    store: Callable[..., Photo], owner: User, broker: Any, django_capture_on_commit_callbacks: Any
) -> None:
    photo = store()
    with django_capture_on_commit_callbacks(execute=True):
        edit_photo(photo, user=owner, description="A station", importance=3)
    edited = Photo.objects.get()
    assert (edited.description, edited.importance, edited.revision) == ("A station", 3, photo.revision + 1)
    assert broker.client.llen(f"dramatiq:{index_photos.queue_name}") == 1


def test_refuses_to_edit_another_users_photo(
    store: Callable[..., Photo], django_user_model: type[User], broker: Any
) -> None:
    photo = store()
    stranger = django_user_model.objects.create_user("stranger")
    edit_photo(photo, user=stranger, description="Mine!", importance=5)
    assert Photo.objects.values_list("description", "importance", "revision").get() == ("", 0, photo.revision)
