"""The pages of the trash."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from gallery.models import Photo
from gallery.processing.tasks import make_thumbnails
from tests.drawing import picture
from tests.factories import make_photos

# Addresses of one photo; those below /photos show or change photos outside the trash.
TRASHED = ("", "/preview", "/original")


@pytest.fixture
def client(client: Client, owner: User) -> Client:
    """A client logged in as the owner."""
    client.force_login(owner)
    return client


@pytest.fixture
def trashed(store) -> Photo:
    """A photo in the trash, with thumbnails."""
    photo = store(picture(200, size=(640, 400)), filename="红.png")
    make_thumbnails([photo.pk])
    Photo.objects.update(trashed_at=timezone.now() - timedelta(days=3, hours=1))
    return Photo.objects.get()


def test_shows_trashed_photo_large(client, trashed):
    page = client.get(f"/trash/{trashed.pk}").content.decode()
    assert f"/trash/{trashed.pk}/preview" in page
    assert "27 days left" in page
    assert client.get(f"/trash/{trashed.pk}/preview").getvalue().startswith(b"RIFF")
    assert client.get(f"/trash/{trashed.pk}/original").getvalue() == trashed.path.read_bytes()


def test_opens_nothing_else_of_trashed_photo(client, trashed):
    for path in ("", "/preview", "/original", "/tile", "/progress", "/film"):
        assert client.get(f"/photos/{trashed.pk}{path}").status_code == 404, path


@pytest.mark.parametrize("is_administrator", [False, True])
def test_hides_trash_of_others(client, trashed, is_administrator):
    stranger = User.objects.create_user("bela", is_staff=is_administrator, is_superuser=is_administrator)
    client.force_login(stranger)
    for path in TRASHED:
        assert client.get(f"/trash/{trashed.pk}{path}").status_code == 404, path
    assert client.get(f"/photos/{trashed.pk}/thumbnail").status_code == 404
    for path in ("restore", "delete"):
        client.post(f"/trash/{path}", {"photo": trashed.pk})
    client.post("/trash/restore-all")
    client.post("/trash/empty")
    assert Photo.objects.get().trashed_at == trashed.trashed_at


def test_shown_photo_has_no_address_in_trash(client, trashed):
    Photo.objects.update(trashed_at=None)
    for path in TRASHED:
        assert client.get(f"/trash/{trashed.pk}{path}").status_code == 404, path


def test_turns_pages_in_order_of_trash(client, owner):
    make_photos(owner, 5)
    first, second, third, *_others = Photo.objects.order_by("pk").values_list("pk", flat=True)
    now = timezone.now()
    Photo.objects.filter(pk__in=[first, second]).update(trashed_at=now - timedelta(days=1))
    Photo.objects.filter(pk=third).update(trashed_at=now)
    listed = [photo.pk for photo in client.get("/trash").context["page"]]
    assert listed == [third, second, first]
    found = [client.get(f"/trash/{photo_id}").context for photo_id in listed]
    assert [(page["previous"], page["following"]) for page in found] == [
        (None, second),
        (third, first),
        (second, None),
    ]


def test_restores_all_of_large_trash(client, owner, django_assert_max_num_queries):
    make_photos(owner, 1100)
    Photo.objects.update(trashed_at=timezone.now())
    other = User.objects.create_user("bela")
    make_photos(other, 1)
    Photo.objects.filter(owner=other).update(trashed_at=timezone.now())
    with django_assert_max_num_queries(12):
        page = client.get("/trash?page=10").content.decode()
    assert "Page 10 of 10" in page
    assert page.count('name="photo"') == 20
    with django_assert_max_num_queries(12):
        response = client.post("/trash/restore-all", headers={"Accept": "application/json"})
    assert response.json()["message"] == "1100 photos restored"
    assert Photo.objects.get(trashed_at__isnull=False).owner == other


def test_returns_to_next_photo_after_restoring(client, owner):
    make_photos(owner, 2)
    Photo.objects.update(trashed_at=timezone.now())
    first, last = Photo.objects.order_by("-pk")
    for photo, after in ((first, f"/trash/{last.pk}"), (last, "/trash")):
        page = client.get(f"/trash/{photo.pk}").content.decode()
        assert f'value="{after}"' in page
        response = client.post("/trash/restore", {"photo": photo.pk, "next": after})
        assert (response.status_code, response.url) == (302, after)
    assert not Photo.objects.filter(trashed_at__isnull=False).exists()
