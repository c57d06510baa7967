"""Pictures that other apps share: stored like uploads, reported one by one, and taken from no other site."""

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gallery.access.body_limits import SHARED_FORM
from gallery.models import Photo
from tests.drawing import picture
from tests.html import condensed

NATIVE = {"Sec-Fetch-Site": "none", "Origin": "null"}


@pytest.fixture
def phone(media_root, owner: User) -> Client:
    """A browser with the installed app, which checks what a real one must send."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    return client


def shared(*files: tuple[str, bytes]) -> dict:
    return {"files": [SimpleUploadedFile(name, data) for name, data in files]}


def shown(client: Client) -> str:
    return condensed(client.get("/share").content.decode())


def test_shows_result_of_each_shared_picture(phone, owner):
    phone.post("/share", shared(("old.png", picture(1))), headers=NATIVE)
    files = [("copy.png", picture(1)), ("new.png", picture(2)), ("notes.txt", b"words")]
    answer = phone.post("/share", shared(*files), headers=NATIVE)
    assert (answer.status_code, answer["Location"]) == (303, "/share")
    assert set(Photo.objects.values_list("filename", "owner")) == {("old.png", owner.pk), ("new.png", owner.pk)}
    page = shown(phone)
    known, new = Photo.objects.order_by("pk")
    assert f'<a href="/photos/{known.pk}">copy.png</a></span><small>Already in your gallery</small>' in page
    assert f'<a href="/photos/{new.pk}">new.png</a></span><small>Added</small>' in page
    assert 'data-state="failed"><span class="name">notes.txt</span><small>This file is not a picture' in page
    assert "new.png" in shown(phone)


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"title": "A page", "url": "https://example.org/"}, "Only pictures can be shared with photosearch"),
        ({"text": "words"}, "Only pictures can be shared with photosearch"),
        (shared(*[(f"{red}.png", picture(red)) for red in range(3)]), "At most 2 files can be uploaded at once."),
    ],
    ids=["link", "text", "too many"],
)
def test_explains_share_without_pictures(phone, settings, form, sentence):
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
    assert phone.post("/share", form, headers=NATIVE).status_code == 303
    assert sentence in shown(phone)
    assert not Photo.objects.exists()


def test_explains_damaged_and_large_shares(phone, settings):
    damaged = phone.generic(
        "POST", "/share", b"--y\r\nnonsense", content_type="multipart/form-data", headers=NATIVE, follow=True
    )
    assert damaged.status_code == 303
    assert "The files arrived damaged." in shown(phone)
    small = picture()
    settings.MAX_UPLOAD_BYTES = len(small)
    phone.post("/share", shared(("big.png", b"x" * (len(small) + 1)), ("small.png", small)), headers=NATIVE)
    assert "This file is too large." in shown(phone)
    assert [photo.filename for photo in Photo.objects.all()] == ["small.png"]
    too_much = phone.post("/share", {"files": SimpleUploadedFile("x", b"x" * (SHARED_FORM.bytes + 1))}, headers=NATIVE)
    assert (too_much.status_code, "too large together" in too_much.content.decode()) == (413, True)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "none", "Origin": "null"}, 303),
        ({"Sec-Fetch-Site": "none", "Origin": "http://testserver"}, 303),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}, 303),
        ({}, 403),
        ({"Origin": "http://testserver"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "https://other.testserver"}, 403),
        ({"Sec-Fetch-Site": "none", "Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 403),
        ({"Sec-Fetch-Site": "nonsense"}, 403),
    ],
    ids=lambda value: " ".join(value.values()) or "nothing" if isinstance(value, dict) else str(value),
)
def test_takes_shares_of_the_device_only(phone, headers, status):
    answer = phone.post("/share", shared(("a.png", picture())), headers=headers)
    assert answer.status_code == status
    assert Photo.objects.exists() == (status == 303)


def test_session_cookie_stays_home_on_cross_site_posts(settings):
    assert (settings.SESSION_COOKIE_SAMESITE, settings.SESSION_COOKIE_HTTPONLY) == ("Lax", True)


def test_asks_for_login_and_share_again(media_root, owner):
    visitor = Client()
    answer = visitor.post("/share", shared(("a.png", picture())), headers=NATIVE)
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/share")
    assert not Photo.objects.exists()
    visitor.force_login(owner)
    assert "Share the pictures again" in shown(visitor)


def test_results_stay_with_their_user(phone):
    stranger = User.objects.create_user("bert")
    phone.post("/share", shared(("secret.png", picture())), headers=NATIVE)
    other = Client()
    other.force_login(stranger)
    assert "secret" not in shown(other)
    phone.force_login(stranger)
    assert "secret" not in shown(phone)


def test_results_do_not_link_photos_that_are_gone(phone):
    phone.post("/share", shared(("a.png", picture())), headers=NATIVE)
    Photo.objects.all().delete()
    page = shown(phone)
    assert '<span class="name">a.png</span><small>Added</small>' in page
