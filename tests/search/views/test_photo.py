"""What search adds to the page of a photo, over HTTP."""

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


def test_the_text_found_is_shown_line_by_line_and_escaped(client, user):
    photo = add_photo(user, "a.png")
    lines = [{"text": "<b>bold</b>"}, {"text": "第二行"}]
    PhotoText.objects.update(text="<b>bold</b>\n第二行", lines=lines)
    fragment = client.get(f"/photos/{photo.pk}/text", headers=HTMX).content.decode()
    assert "<div>&lt;b&gt;bold&lt;/b&gt;</div><div>第二行</div>" in fragment
    assert 'data-copy="#found-text"' in fragment
    assert "<html" not in fragment
    assert "<html" in client.get(f"/photos/{photo.pk}/text").content.decode()


def test_a_photo_without_words_says_so(client, user):
    photo = add_photo(user, "a.png", text="")
    assert "No text found" in client.get(f"/photos/{photo.pk}/text").content.decode()


def test_text_that_is_still_awaited_asks_again(client, user):
    photo = unread(add_photo(user, "a.png"))
    fragment = client.get(f"/photos/{photo.pk}/text", headers=HTMX).content.decode()
    assert "Not read yet." in fragment
    assert 'hx-trigger="every 4s"' in fragment
    # Who reads it aloud is told again only when there is something to tell.
    again = {"path": f"/photos/{photo.pk}/text?again", "headers": HTMX}
    assert client.get(**again).status_code == 204
    PhotoText.objects.create(photo=photo, owner=user, engine="x", text="tea", lines=[{"text": "tea"}])
    assert "<div>tea</div>" in client.get(**again).content.decode()


def test_text_that_nobody_wants_is_not_waited_for(client, user):
    photo = unread(add_photo(user, "a.png"))
    Photo.objects.update(wants_text=False)
    fragment = client.get(f"/photos/{photo.pk}/text", headers=HTMX).content.decode()
    assert "Turned off for this import." in fragment
    assert "hx-trigger" not in fragment


def test_text_that_will_not_come_is_not_waited_for(client, user):
    photo = unread(add_photo(user, "a.png"))
    StepAttempt.objects.create(photo=photo, step=Step.TEXT, version="x", attempts=MAX_ATTEMPTS)
    fragment = client.get(f"/photos/{photo.pk}/text", headers=HTMX).content.decode()
    assert "Could not be read." in fragment
    assert "hx-trigger" not in fragment


def test_similar_photos_are_shown_without_itself(client, user):
    photo = add_photo(user, "itself.png", angle=0)
    add_photo(user, "near.png", angle=10)
    add_photo(user, "far.png", angle=85)
    fragment = client.get(f"/photos/{photo.pk}/similar", headers=HTMX).content.decode()
    assert "near.png" in fragment
    assert "itself.png" not in fragment
    assert "far.png" not in fragment
    assert "% match" not in fragment.replace("</b>", "")
    assert "</b> match" in client.get(f"/photos/{photo.pk}/similar").content.decode()


def test_a_photo_like_no_other_says_so(client, user):
    photo = add_photo(user, "alone.png", angle=0)
    assert "No similar photos." in client.get(f"/photos/{photo.pk}/similar").content.decode()


def test_a_browser_keeps_page_and_fragment_apart(client, user):
    photo = add_photo(user, "a.png")
    for path in (f"/photos/{photo.pk}/similar", f"/photos/{photo.pk}/text", f"/photos/{photo.pk}"):
        assert "HX-Request" in client.get(path)["Vary"]


LINES = [
    {"text": "航班 NH961", "box": [[0, 0], [0.5, 0], [0.5, 0.1], [0, 0.1]]},
    {"text": "<b>seat</b>", "box": [[0, 0.2], [0.5, 0.2], [0.5, 0.3], [0, 0.3]]},
]


def test_the_words_of_the_query_are_boxed_and_every_line_can_be(client, user):
    photo = add_photo(user, "a.png")
    PhotoText.objects.update(lines=LINES)
    fragment = client.get(f"/photos/{photo.pk}/matches", {"q": "nh961"}).content.decode()
    assert fragment.count("data-match>") == 1
    assert "<title>NH961</title>" in fragment
    assert fragment.count("<polygon") == 3
    assert "&lt;b&gt;seat" in fragment
    without_words = client.get(f"/photos/{photo.pk}/matches").content.decode()
    assert "data-match>" not in without_words
    assert "Show text" in without_words
    assert "data-match>" not in client.get(f"/photos/{photo.pk}/matches", {"q": "width:x"}).content.decode()


def test_a_picture_without_text_has_nothing_laid_over_it(client, user):
    photo = add_photo(user, "a.png")
    assert client.get(f"/photos/{photo.pk}/matches", {"q": "tea"}).status_code == 204


def test_anothers_words_are_not_boxed(client, user, django_user_model):
    photo = add_photo(django_user_model.objects.create_user("other"), "a.png")
    PhotoText.objects.update(lines=LINES)
    assert client.get(f"/photos/{photo.pk}/matches", {"q": "nh961"}).status_code == 404
