"""Uploads to an album: by the form, in pieces, and of files that the gallery has already."""

import hashlib
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from gallery.albums.making import make_album
from gallery.models import Album, PartialUpload, Photo
from gallery.photos.trash import move_to_trash
from tests.drawing import picture
from tests.tus import begin_upload, send_piece

JSON = {"Accept": "application/json"}


@pytest.fixture
def client(media_root: Any, client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


@pytest.fixture
def album(owner: User) -> Album:
    return make_album("Summer", owner=owner)


def photos_in(album: Album) -> list[int]:
    return list(album.memberships.filter(is_member=True).values_list("photo_id", flat=True))


def known(client: Client, *checksums: str, album: Any = None) -> Any:
    body = {"checksums": checksums, "album": album}
    return client.post("/uploads/known", body, content_type="application/json", headers=JSON)


def test_adds_pictures_of_the_form(client, album):
    page = client.get(f"/upload?album={album.pk}").content.decode()
    assert f'name="album" value="{album.pk}"' in page
    assert "“Summer”" in page
    files = [SimpleUploadedFile(f"{number}.png", picture(number)) for number in range(2)]
    answer = client.post("/upload", {"files": files, "album": album.pk})
    assert answer.status_code == 201
    assert f'name="album" value="{album.pk}"' in answer.content.decode(), "further pictures go there too"
    assert photos_in(album) == list(Photo.objects.order_by("pk").values_list("pk", flat=True))
    client.post("/upload", {"files": SimpleUploadedFile("2.png", picture(2))})
    assert (Photo.objects.count(), len(photos_in(album))) == (3, 2)


@pytest.mark.parametrize("before", ["new", "known", "trashed"])
def test_adds_picture_in_pieces(client, owner, album, before):
    data = picture(1)
    if before != "new":
        begin_upload(client, len(data), body=data, filename="a.png")
    if before == "trashed":
        move_to_trash(Photo.objects.all(), user=owner)
    address = begin_upload(client, len(data), body=data[:10], filename="a.png", album=str(album.pk))["Location"]
    send_piece(client, address, 10, data[10:])
    assert photos_in(album) == [Photo.objects.visible_to(owner).get().pk]


def test_adds_known_files_to_the_album(client, store, album):
    photo = store(picture(1))
    answer = known(client, photo.sha256, album=album.pk).json()
    assert answer["known"] == {photo.sha256: f"/photos/{photo.pk}"}
    assert photos_in(album) == [photo.pk]
    assert known(client, photo.sha256).status_code == 200


def test_resumes_only_uploads_to_the_same_album(client, album):
    data = picture(1)
    sha256 = hashlib.sha256(data).hexdigest()
    begin_upload(client, len(data), body=data[:10], filename="a.png", sha256=sha256)
    assert known(client, sha256, album=album.pk).json()["partial"] == {}
    begin_upload(client, len(data), body=data[:10], filename="a.png", sha256=sha256, album=str(album.pk))
    address = known(client, sha256, album=album.pk).json()["partial"][sha256]
    send_piece(client, address, 10, data[10:])
    assert len(photos_in(album)) == 1


def test_keeps_the_photo_when_the_album_is_deleted_meanwhile(client, album):
    data = picture(1)
    address = begin_upload(client, len(data), body=data[:10], filename="a.png", album=str(album.pk))["Location"]
    album.delete()
    assert send_piece(client, address, 10, data[10:]).status_code == 204
    assert Photo.objects.count() == 1


def test_refuses_albums_of_others(client, store):
    """Every door of an upload, with a stranger's album."""
    theirs = make_album("Nightingale", owner=User.objects.create_user("stranger"))
    photo = store(picture(1))
    sent = {"files": SimpleUploadedFile("2.png", picture(2)), "album": theirs.pk}
    answers = [
        client.get(f"/upload?album={theirs.pk}"),
        client.post("/upload", sent, headers=JSON),
        begin_upload(client, 100, body=b"x", album=str(theirs.pk)),
        known(client, photo.sha256, album=theirs.pk),
        known(client, "b" * 64, album=theirs.pk),
    ]
    for answer in answers:
        assert answer.status_code == 404
        assert b"Nightingale" not in answer.content
    assert photos_in(theirs) == []
    assert not PartialUpload.objects.exists()
    assert Photo.objects.get() == photo


@pytest.mark.parametrize("album", ["x", "-1", "１", "9" * 19, "1.5"], ids=str)
def test_refuses_numbers_of_albums(client, album):
    assert begin_upload(client, 100, album=album).status_code == 400
    assert known(client, "b" * 64, album=album).status_code in (400, 404)
    assert client.get(reverse("gallery:upload"), {"album": album}).status_code == 404
    assert not PartialUpload.objects.exists()
