"""Changes since a given time: everything shown of photos, and removed photos."""

import pytest
from django.db.models import F

from gallery.albums.contents import add_photos
from gallery.albums.making import make_album
from gallery.models import Photo, PhotoRemoval
from gallery.photos.trash import delete_from_trash, move_to_trash, restore_photos
from gallery.processing.tasks import make_thumbnails
from tests.drawing import picture

PHOTOS, REMOVED = "/api/v1/photos/", "/api/v1/photos/removed/"


def moment(program) -> str:
    return program.get(PHOTOS, {"updated_since": "2000-01-01T00:00:00Z"}).json()["as_of"]


def changed_since(program, since: str) -> list[int]:
    page = program.get(PHOTOS, {"updated_since": since}).json()
    return [photo["id"] for photo in page["results"]]


def removed_since(program, since: str) -> list[tuple[int, bool]]:
    page = program.get(REMOVED, {"since": since}).json()
    return [(row["id"], row["is_final"]) for row in page["results"]]


@pytest.mark.parametrize(
    "change",
    [
        lambda photo: Photo.objects.filter(pk=photo.pk).update(description="tea"),
        lambda photo: Photo.objects.filter(pk=photo.pk).update(revision=F("revision") + 1),
        lambda photo: photo.save(),
        lambda photo: make_thumbnails([photo.pk]),
        lambda photo: Photo.objects.filter(pk=photo.pk).update(defect="broken"),
    ],
    ids=["description", "text", "save", "thumbnails", "defect"],
)
def test_lists_every_change_of_a_photo(program, store, change):
    photo, _other = store(picture(1)), store(picture(2))
    since, before = moment(program), program.get(f"{PHOTOS}{photo.pk}/").json()["changed_at"]
    assert changed_since(program, since) == []
    change(photo)
    assert changed_since(program, since) == [photo.pk]
    assert program.get(f"{PHOTOS}{photo.pk}/").json()["changed_at"] > before
    assert changed_since(program, moment(program)) == []


def test_lists_removed_photos_until_they_are_restored(program, store, owner):
    photo = store()
    since = moment(program)
    assert removed_since(program, since) == []
    move_to_trash(Photo.objects.all(), user=owner)
    assert removed_since(program, since) == [(photo.pk, False)]
    assert changed_since(program, since) == []
    restore_photos(Photo.objects.all(), user=owner)
    assert removed_since(program, since) == []
    assert changed_since(program, since) == [photo.pk]
    move_to_trash(Photo.objects.all(), user=owner)
    later = moment(program)
    delete_from_trash(Photo.objects.all(), user=owner)
    assert removed_since(program, later) == removed_since(program, since) == [(photo.pk, True)]


def test_lists_photo_deleted_by_other_means(program, store):
    photo = store()
    since = moment(program)
    Photo.objects.all().delete()
    assert removed_since(program, since) == [(photo.pk, True)]


def test_deletes_removals_with_their_owner(store, owner):
    store()
    Photo.objects.all().delete()
    assert PhotoRemoval.objects.filter(owner_id=owner.pk).count() == 1
    store()
    owner.delete()
    assert not PhotoRemoval.objects.exists()


def test_pages_removals_of_the_user_only(program, store, owner, django_user_model):
    stranger = django_user_model.objects.create_user("stranger")
    ids = [store(picture(red)).pk for red in range(5)]
    store(picture(9), owner=stranger)
    for photo_id in ids:
        move_to_trash(Photo.objects.filter(pk=photo_id), user=owner)
    Photo.objects.filter(owner=stranger).delete()
    seen, query = [], {"since": "2000-01-01T00:00:00Z", "page_size": 2}
    while query:
        page = program.get(REMOVED, query).json()
        seen += [row["id"] for row in page["results"]]
        query = query | {"cursor": page["next_cursor"]} if page["next_cursor"] else None
    assert seen == ids


def test_lists_photos_of_one_album(program, store):
    photo, _other = store(picture(1)), store(picture(2))
    album = make_album("Tea", owner=photo.owner)
    add_photos(album.pk, Photo.objects.filter(pk=photo.pk), user=photo.owner)
    for query in ({"album": album.pk}, {"album_name": "te"}):
        page = program.get(PHOTOS, query).json()
        assert [found["id"] for found in page["results"]] == [photo.pk]
    assert program.get(PHOTOS, {"album_name": "coffee"}).json()["results"] == []
    assert program.get(PHOTOS, {"album": album.pk + 1}).status_code == 404
