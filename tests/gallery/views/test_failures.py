"""The page of failed photos, and the notice that leads there."""

import pytest
from django.test import Client

from gallery.models import MAX_ATTEMPTS, Photo, Step, StepAttempt
from gallery.views import failures as views
from tests.html import condensed

NOTICE = "could not be processed."


@pytest.fixture
def client(client: Client, owner) -> Client:
    client.force_login(owner)
    return client


@pytest.fixture
def failed(store) -> list[Photo]:
    photos = [store(filename=f"{name}.png") for name in ("first", "second", "third")]
    for photo in photos:
        StepAttempt.objects.create(photo=photo, step=Step.TEXT, version="x", attempts=MAX_ATTEMPTS, error="No good.")
    return photos


def test_lists_failed_photos_with_reasons(client, failed):
    Photo.objects.filter(pk=failed[0].pk).update(thumbnail_version=1)
    page = condensed(client.get("/failures").content.decode())
    assert page.count("Text recognition failed: No good.") == 3
    assert f"/photos/{failed[0].pk}/thumbnail" in page
    assert "3 photos could not be processed completely" in page


def test_pages_list_all_failed_photos(client, failed, monkeypatch):
    monkeypatch.setattr(views, "PAGE_SIZE", 2)
    pages = [client.get(f"/failures?page={number}").content.decode() for number in (1, 2)]
    assert ["first.png" in page for page in pages] == [False, True]
    assert "Next page" in pages[0]
    assert "Previous page" in pages[1]


@pytest.mark.parametrize(("path", "left"), [("/failures/retry", 2), ("/failures/dismiss", 3)], ids=["retry", "dismiss"])
def test_deals_with_one_photo_or_all(client, failed, path, left):
    answer = client.post(path, {"photo": failed[1].pk, "next": "/failures"}, follow=True)
    assert "second.png" not in answer.content.decode()
    assert "third.png" in answer.content.decode()
    assert StepAttempt.objects.count() == left
    answer = client.post(path, {"all": "yes", "next": "/failures"}, follow=True)
    assert "No failed photos" in answer.content.decode()


@pytest.mark.parametrize("photo", ["", "x", "²", "-1", "9" * 30])
def test_refuses_forms_without_a_photo(client, failed, photo):
    assert client.post("/failures/dismiss", {"photo": photo}).status_code == 400


def test_strangers_change_nothing(client, failed, django_user_model):
    client.force_login(django_user_model.objects.create_user("stranger", is_staff=True))
    assert "first.png" not in client.get("/failures").content.decode()
    for path in ("/failures/retry", "/failures/dismiss"):
        client.post(path, {"photo": failed[0].pk})
        client.post(path, {"all": "yes"})
    assert StepAttempt.objects.filter(dismissed_at=None).count() == 3


@pytest.mark.parametrize("path", ["/", "/account"])
def test_notice_leads_to_failed_photos(client, failed, path):
    page = condensed(client.get(path).content.decode())
    assert f"3 photos {NOTICE}" in page
    assert 'href="/failures"' in page
    StepAttempt.objects.all().delete()
    assert NOTICE not in client.get(path).content.decode()
