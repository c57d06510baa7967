"""Tests of similar photos, text and matches on the photo page, over HTTP."""

import pytest
from django.test import Client

from gallery.models import MAX_ATTEMPTS, Photo, Step, StepAttempt
from search.models import PhotoText
from tests.factories import add_photo

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("encoder")]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(client: Client, user) -> Client:
    """A browser in which the user is logged in."""
    client.force_login(user)
    return client


def unread(photo: Photo) -> Photo:
    PhotoText.objects.all().delete()
    return photo


def test_shows_escaped_text_line_by_line(client, user):
    photo = add_photo(user, "a.png")
    lines = [{"text": "<b>bold</b>"}, {"text": "第二行"}]
    PhotoText.objects.update(text="<b>bold</b>\n第二行", lines=lines)
    fragment = client.get(f"/photos/{photo.pk}/text", headers=HTMX).content.decode()
    assert '<div dir="auto">&lt;b&gt;bold&lt;/b&gt;</div><div dir="auto">第二行</div>' in fragment
    assert 'data-copy="#found-text"' in fragment
    assert "<html" not in fragment
    assert "<html" in client.get(f"/photos/{photo.pk}/text").content.decode()


@pytest.mark.parametrize("text", ["", "第二行"])
def test_says_that_lines_are_unread(client, user, text):
    photo = add_photo(user, "a.png")
    lines = [{"text": text}, {"text": ""}] if text else [{"text": ""}]
    PhotoText.objects.update(text=text, lines=lines)
    page = client.get(f"/photos/{photo.pk}/text").content.decode()
    assert "Some text could not be read." in page
    assert "No text found" not in page
    assert page.count('<div dir="auto">') == bool(text)


def test_says_that_photo_has_no_text(client, user):
    photo = add_photo(user, "a.png", text="")
    assert "No text found" in client.get(f"/photos/{photo.pk}/text").content.decode()


def test_polls_for_awaited_text(client, user):
    photo = unread(add_photo(user, "a.png"))
    fragment = client.get(f"/photos/{photo.pk}/text", headers=HTMX).content.decode()
    assert "Not read yet." in fragment
    assert 'hx-trigger="every 4s"' in fragment
    # Screen readers announce the fragment again only when it changes.
    again = {"path": f"/photos/{photo.pk}/text?again", "headers": HTMX}
    assert client.get(**again).status_code == 204
    PhotoText.objects.create(photo=photo, owner=user, engine="x", text="tea", lines=[{"text": "tea"}])
    assert '<div dir="auto">tea</div>' in client.get(**again).content.decode()


def test_does_not_poll_for_unwanted_text(client, user):
    photo = unread(add_photo(user, "a.png"))
    Photo.objects.update(wants_text=False)
    fragment = client.get(f"/photos/{photo.pk}/text", headers=HTMX).content.decode()
    assert "Turned off for this import." in fragment
    assert "hx-trigger" not in fragment


def test_does_not_poll_for_failed_text(client, user):
    photo = unread(add_photo(user, "a.png"))
    StepAttempt.objects.create(photo=photo, step=Step.TEXT, version="x", attempts=MAX_ATTEMPTS)
    fragment = client.get(f"/photos/{photo.pk}/text", headers=HTMX).content.decode()
    assert "Could not be read." in fragment
    assert "hx-trigger" not in fragment


def test_shows_similar_photos_without_itself(client, user):
    photo = add_photo(user, "itself.png", angle=0)
    add_photo(user, "near.png", angle=10)
    add_photo(user, "far.png", angle=85)
    fragment = client.get(f"/photos/{photo.pk}/similar", headers=HTMX).content.decode()
    assert "near.png" in fragment
    assert "itself.png" not in fragment
    assert "far.png" not in fragment
    assert "% match" not in fragment.replace("</b>", "")
    assert "</b> match" in client.get(f"/photos/{photo.pk}/similar").content.decode()


def test_says_that_no_photo_is_similar(client, user):
    photo = add_photo(user, "alone.png", angle=0)
    assert "No similar photos." in client.get(f"/photos/{photo.pk}/similar").content.decode()


def test_varies_page_and_fragment(client, user):
    photo = add_photo(user, "a.png")
    for path in (f"/photos/{photo.pk}/similar", f"/photos/{photo.pk}/text", f"/photos/{photo.pk}"):
        assert "HX-Request" in client.get(path)["Vary"]


LINES = [
    {"text": "航班 NH961", "box": [[0, 0], [0.5, 0], [0.5, 0.1], [0, 0.1]]},
    {"text": "<b>seat</b>", "box": [[0, 0.2], [0.5, 0.2], [0.5, 0.3], [0, 0.3]]},
]


def test_boxes_words_and_lines(client, user):
    photo = add_photo(user, "a.png")
    PhotoText.objects.update(lines=LINES, text="航班 NH961\n<b>seat</b>")
    fragment = client.get(f"/photos/{photo.pk}/matches", {"q": "nh961"}).content.decode()
    assert fragment.count("data-match>") == 1
    assert "<title>NH961</title>" in fragment
    assert fragment.count("<polygon") == 3
    assert "&lt;b&gt;seat" in fragment
    without_words = client.get(f"/photos/{photo.pk}/matches").content.decode()
    assert "data-match>" not in without_words
    assert "Show text" in without_words
    assert "data-match>" not in client.get(f"/photos/{photo.pk}/matches", {"q": "width:x"}).content.decode()


def test_returns_no_boxes_without_text(client, user):
    photo = add_photo(user, "a.png")
    assert client.get(f"/photos/{photo.pk}/matches", {"q": "tea"}).status_code == 204


def test_hides_boxes_of_other_users(client, user, django_user_model):
    photo = add_photo(django_user_model.objects.create_user("other"), "a.png")
    PhotoText.objects.update(lines=LINES, text="航班 NH961\n<b>seat</b>")
    assert client.get(f"/photos/{photo.pk}/matches", {"q": "nh961"}).status_code == 404
