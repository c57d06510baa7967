"""Actions on a selection of photos."""

from io import BytesIO
from zipfile import ZIP_STORED, ZipFile

import pytest
from django.contrib.auth.models import User
from django.test import Client

from gallery.forms import MAX_SELECTED
from gallery.models import Photo
from gallery.photos.trash import move_to_trash
from tests.drawing import picture
from tests.processes import queued_messages

JSON = {"Accept": "application/json"}


@pytest.fixture
def client(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def test_sets_importance_and_description(client, store, broker, django_capture_on_commit_callbacks):
    photos, other = [store(), store()], store()
    numbers = [photo.pk for photo in photos]
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/selection/importance", {"photo": numbers, "importance": 4}, headers=JSON).json()
        client.post("/selection/description", {"photo": numbers, "description": "tea"})
    assert answer["message"] == "Rated 4 stars"
    changed = Photo.objects.filter(importance=4, description="tea", revision=3)
    assert sorted(changed.values_list("pk", flat=True)) == numbers
    assert Photo.objects.get(pk=other.pk).revision == 1
    assert [("index_photos", [numbers])] * 2 == queued_messages(broker, "default")[-2:]


def test_download_contains_originals_with_unique_names(client, store):
    names = ["a.png", "A.png", "a.png", "page.html"]
    photos = [store(picture(number), filename=name) for number, name in enumerate(names)]
    store(filename="not chosen.png")
    response = client.post("/selection/download", {"photo": ",".join(str(photo.pk) for photo in photos)})
    assert response["Content-Type"] == "application/zip"
    archive = ZipFile(BytesIO(b"".join(response)))
    assert archive.namelist() == ["a.png", "A (2).png", "a (3).png", "page.html.png"]
    for number, entry in enumerate(archive.infolist()):
        assert entry.compress_type == ZIP_STORED
        assert archive.read(entry) == picture(number)


def test_download_omits_missing_file(client, store):
    lost, found = store(filename="lost.png"), store(filename="found.png")
    lost.path.unlink()
    response = client.post("/selection/download", {"photo": [lost.pk, found.pk]})
    assert ZipFile(BytesIO(b"".join(response))).namelist() == ["found.png"]


def test_refuses_other_users_photos(client, store):
    photo = store(owner=User.objects.create_user("ben"))
    for path, more in (("importance", {"importance": 1}), ("description", {"description": "x"}), ("trash", {})):
        assert client.post(f"/selection/{path}", {"photo": photo.pk, **more}).status_code == 400
    assert client.post("/selection/download", {"photo": photo.pk}).status_code == 404
    assert Photo.objects.values_list("importance", "description", "trashed_at").get() == (0, "", None)


@pytest.mark.parametrize(
    ("path", "more"), [("importance", {"importance": 1}), ("description", {"description": "x"}), ("trash", {})]
)
def test_reports_deleted_photos(client, store, owner, path, more):
    photos = [store(), store()]
    move_to_trash(Photo.objects.filter(pk=photos[0].pk), user=owner)
    answer = client.post(f"/selection/{path}", {"photo": photos[0].pk, **more}, headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("This photo is no longer in your gallery")
    both = {"photo": [photo.pk for photo in photos], **more}
    messages_for_one = ("Rated 1 star", "Description saved for 1 photo", "1 photo moved to the trash")
    assert client.post(f"/selection/{path}", both, headers=JSON).json()["message"] in messages_for_one
    photos[1].delete()
    gone = client.post(f"/selection/{path}", both, headers=JSON).json()["message"]
    assert gone.startswith("These photos are no longer in your gallery")


@pytest.mark.parametrize("photo", ["", "x", "1,", "0", "-1", "1;2", "9" * 30, ",".join(["1"] * (MAX_SELECTED + 1))])
@pytest.mark.parametrize("path", ["importance", "description", "trash", "download"])
def test_refuses_invalid_selection(client, path, photo):
    assert client.post(f"/selection/{path}", {"photo": photo, "importance": 1}).status_code == 400


@pytest.mark.parametrize("importance", ["", "6", "-1", "many"])
def test_refuses_invalid_importance(client, store, importance):
    response = client.post("/selection/importance", {"photo": store().pk, "importance": importance})
    assert response.status_code == 400


def test_requires_csrf_token(owner, store):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    assert client.post("/selection/trash", {"photo": store().pk}).status_code == 403
    assert Photo.objects.visible_to(owner).exists()
