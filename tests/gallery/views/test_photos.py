"""The page of a photo."""

import re
from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from gallery.models import MAX_ATTEMPTS, ImportJob, Photo, Step, StepAttempt
from gallery.photos.trash import move_to_trash
from gallery.pictures.images import THUMBNAIL_VERSION
from gallery.processing import progress
from gallery.processing.steps import BlockedStep, thumbnails_step
from tests.factories import state_claims
from tests.html import condensed

HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(client: Client, owner: User) -> Client:
    """A browser in which the owner is logged in."""
    client.force_login(owner)
    return client


def many_photos(owner: User, count: int) -> list[Photo]:
    """Create photos without files, oldest first."""
    return Photo.objects.bulk_create(
        Photo(owner=owner, filename=f"{number}.png", extension="png", width=40, height=30, file_size=1, sha256=number)
        for number in range(count)
    )


def test_requires_login(db):
    response = Client().get("/")
    assert response.status_code == 302
    assert response["Location"] == "/login/?next=/"


def test_htmx_redirects_whole_page_to_login(db):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/photos/5"}
    response = Client().get("/photos/5/progress", headers=headers, follow=True)
    assert response["HX-Redirect"] == "/login/?next=%2Fphotos%2F5"


def test_returns_whether_photo_is_shown_or_trashed(client, store, owner):
    shown, trashed = store(), store()
    move_to_trash(Photo.objects.filter(pk=trashed.pk), user=owner)
    other = store(owner=User.objects.create_user("ben"))
    states = [client.get(f"/photos/{photo.pk}/state").json()["state"] for photo in (shown, trashed)]
    assert states == ["shown", "trashed"]
    assert [client.get(f"/photos/{number}/state").status_code for number in (other.pk, 0)] == [404, 404]


def test_tile_without_thumbnail_reloads(client, store):
    photo = store()
    assert f'hx-get="/photos/{photo.pk}/tile"' in client.get(f"/photos/{photo.pk}/tile").content.decode()

    Photo.objects.update(thumbnail_version=THUMBNAIL_VERSION)
    tile = condensed(client.get(f"/photos/{photo.pk}/tile").content.decode())
    assert f"/photos/{photo.pk}/thumbnail?v={THUMBNAIL_VERSION}" in tile
    assert 'width="64" height="48"' in tile
    assert "hx-get" not in tile


def test_explains_broken_picture(client, store):
    photo = store()
    Photo.objects.update(defect="This picture is damaged or incomplete.")
    assert "Cannot be read" in client.get("/").content.decode()
    assert "This picture is damaged" in client.get(f"/photos/{photo.pk}").content.decode()


@pytest.mark.parametrize(
    ("witness", "hour", "shown"),
    [
        ("filename", 0, "Jun 20, 2025"),
        ("folder", 0, "Jun 20, 2025"),
        ("filename", 9, "Jun 20, 2025, 9:00 AM"),
        ("exif", 0, "Jun 20, 2025, 12:00 AM"),
    ],
    ids=["name of a day", "folder of a day", "name with a time", "midnight of a camera"],
)
def test_shows_time_where_it_is_known(client, store, witness, hour, shown):
    photo = store()
    Photo.objects.update(taken_at=datetime(2025, 6, 20, hour), date_source=witness)
    page = client.get(f"/photos/{photo.pk}").content.decode()
    assert re.search(r"Jun 20, 2025[^<]*", page)[0].strip() == shown


def test_escapes_file_name(client, store):
    photo = store(filename="<img src=x onerror=alert(1)>.png")
    for path in ("/", f"/photos/{photo.pk}"):
        page = client.get(path).content.decode()
        assert "&lt;img src=x onerror=alert(1)&gt;.png" in page
        assert "<img src=x" not in page


def test_shows_details(client, store):
    photo = store(filename="station.png")
    Photo.objects.update(
        taken_at=datetime(2023, 5, 1, 18, 30),
        taken_offset=-210,
        date_source="filename",
        kind="screenshot",
        latitude=-33.5,
        longitude=151,
        place_source="sidecar",
        metadata={"make": "Example", "model": "Example Pocket 2", "exposure_time": 0.004, "aperture": 2.8},
    )
    page = client.get(f"/photos/{photo.pk}").content.decode()
    assert "<dt>Kind</dt><dd>screenshot</dd>" in page
    for known in ("station.png", "May 1, 2023, 6:30 PM (UTC−3:30)", "file name", "64 × 48", photo.sha256):
        assert known in page
    for known in ("Example Pocket 2", "1/250 s · f/2.8", "-33.50000, 151.00000", "sidecar file"):
        assert known in page
    assert "Example Example" not in page


def test_returns_information_panel_to_htmx(client, store):
    photo = store(filename="station.png")
    panel = client.get(f"/photos/{photo.pk}", headers=HTMX).content.decode()
    assert "<html" not in panel
    for part in ("text", "progress"):
        assert f'hx-get="/photos/{photo.pk}/{part}"' in panel
    assert "station.png" in panel


def test_shows_sources(client, store, owner):
    photo = store()
    job = ImportJob.objects.create(owner=owner, started_by=owner, roots=["/srv/<phone>"])
    photo.sources.create(path="/srv/<phone>/a.jpg", job=job, albums=["Lake", "2023"], conversation="C2C")
    photo.sources.create(
        path="/srv/b.jpg", is_copy=False, is_present=False, is_archived=True, sidecar="/srv/b.jpg.json"
    )
    page = client.get(f"/photos/{photo.pk}").content.decode()
    assert "&lt;phone&gt;/a.jpg" in page
    assert "/srv/" not in page
    assert f'<a href="/imports/{job.pk}">&lt;phone&gt;</a>' in page
    for text in ("Uploaded here</p>", "Lake, 2023", "private chat", "b.jpg.json", "archived", "no longer there"):
        assert text in page


def test_links_neighbours(client, owner):
    photos = many_photos(owner, 3)
    page = condensed(client.get(f"/photos/{photos[1].pk}").content.decode())
    assert f'rel="prev" href="/photos/{photos[2].pk}"' in page
    assert f'rel="next" href="/photos/{photos[0].pk}"' in page
    assert 'rel="prev"' not in client.get(f"/photos/{photos[2].pk}").content.decode()


def test_saves_edits_and_reindexes(client, store, broker, django_capture_on_commit_callbacks):
    photo = store()
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(f"/photos/{photo.pk}/edit", {"description": "Our old station", "importance": "4"})
    assert response["Location"] == f"/photos/{photo.pk}"
    edited = Photo.objects.get()
    assert (edited.description, edited.importance, edited.revision) == ("Our old station", 4, photo.revision + 1)
    assert broker.client.llen("dramatiq:default") == 1


def test_returns_form_to_htmx(client, store):
    photo = store()
    answer = client.post(f"/photos/{photo.pk}/edit", {"description": "", "importance": "5"}, headers=HTMX)
    assert "Saved" in answer.content.decode()
    assert "<html" not in answer.content.decode()


@pytest.mark.parametrize(
    "change",
    [
        {"description": "", "importance": "6"},
        {"description": "", "importance": "-1"},
        {"description": "", "importance": "many"},
        {"description": ""},
        {"description": "x" * 5001, "importance": "1"},
        {"description": "a\0b", "importance": "1"},
    ],
)
@pytest.mark.parametrize("headers", [HTMX, {}], ids=["htmx", "plain"])
def test_refuses_invalid_edits(client, store, change, headers):
    photo = store(filename="before.png")
    response = client.post(f"/photos/{photo.pk}/edit", change, headers=headers)
    assert response.status_code == 400
    assert "errorlist" in response.content.decode()
    assert Photo.objects.values_list("description", "importance", "revision").get() == ("", 0, photo.revision)


def test_delete_moves_photo_to_trash(client, store):
    photo = store()
    page = client.post(f"/photos/{photo.pk}/delete", follow=True).content.decode()
    assert "1 photo moved to the trash" in page
    assert Photo.objects.get().trashed_at.isoformat() in page
    assert photo.path.exists()
    assert client.get(f"/photos/{photo.pk}").status_code == 404


def test_delete_requires_post(client, store):
    photo = store()
    assert client.get(f"/photos/{photo.pk}/delete").status_code == 405
    assert Photo.objects.exists()


def test_shows_and_retries_failed_step(client, store, broker):
    photo = store()
    StepAttempt.objects.create(
        photo=photo, step=Step.THUMBNAILS, version=str(THUMBNAIL_VERSION), attempts=MAX_ATTEMPTS, error="It burns."
    )
    page = client.get(f"/photos/{photo.pk}/progress").content.decode()
    assert "It burns." in page
    assert "Try again" in page

    page = client.post(f"/photos/{photo.pk}/retry", {"step": "thumbnails"}, headers=HTMX).content.decode()
    assert "It burns." not in page
    assert not StepAttempt.objects.exists()
    assert broker.client.llen("dramatiq:default") == 1


@pytest.mark.parametrize("is_administrator", [False, True], ids=["user", "administrator"])
def test_shows_steps_to_administrators_only(client, store, owner, monkeypatch, is_administrator):
    photo = store()
    blocked = BlockedStep(Step.EMBEDDING, "ViT-L", "Put ViT-L.pt into /var/lib/models.")
    monkeypatch.setattr(progress, "current_steps", lambda: [thumbnails_step(), blocked])
    User.objects.filter(pk=owner.pk).update(is_superuser=is_administrator, is_staff=is_administrator)
    address = f"/photos/{photo.pk}/progress"
    waiting = client.get(address, headers=HTMX).content.decode()
    assert ("Still being read" in waiting) != is_administrator
    assert ("Put ViT-L.pt" in waiting) == ("thumbnails" in waiting) == is_administrator
    assert 'hx-trigger="every 3s"' in waiting
    StepAttempt.objects.create(
        photo=photo, step=Step.THUMBNAILS, version=str(THUMBNAIL_VERSION), attempts=MAX_ATTEMPTS, error="It burns."
    )
    failed = client.get(address, headers=HTMX).content.decode()
    assert "It burns." in failed
    assert ("The preview could not be made." in failed) != is_administrator
    StepAttempt.objects.all().delete()
    Photo.objects.update(thumbnail_version=THUMBNAIL_VERSION)
    done = client.get(address, headers=HTMX).content.decode()
    assert ("Processing" in done) == ("done" in done) == is_administrator
    assert ("This photo has been read." in client.get(address).content.decode()) != is_administrator


@pytest.mark.parametrize("step", ["", "dance", "thumbnails\0"])
def test_refuses_unknown_step(client, store, step):
    response = client.post(f"/photos/{store().pk}/retry", {"step": step})
    assert response.status_code == 400
    assert "Unknown step." in response.content.decode()


@pytest.mark.parametrize("number", [0, 1, 2**31, 2**63, 10**40])
def test_missing_photo_is_not_found(client, number):
    response = client.get(f"/photos/{number}")
    assert response.status_code == 404
    assert "belongs to someone else" in response.content.decode()


@pytest.mark.parametrize("length", [4999, 5000, 5001, 9003, 1_000_000])
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "script"])
def test_rates_photo_with_description_beyond_limit(client, store, length, headers):
    photo = store()
    stored = ("a\n " + "x" * length)[:length]
    state_claims(photo, description=stored)
    page = client.get(f"/photos/{photo.pk}").content.decode()
    assert ("longer than 5000 characters" in page) == (length > 5000)
    sent = {"description": stored.replace("\n", "\r\n"), "importance": "4"}
    assert client.post(f"/photos/{photo.pk}/edit", sent, headers=headers).status_code in (200, 302)
    assert (Photo.objects.get().importance, Photo.objects.get().description) == (4, stored)
    longer = sent | {"description": "y" * 5001, "importance": "5"}
    assert client.post(f"/photos/{photo.pk}/edit", longer, headers=headers).status_code == 400
    assert (Photo.objects.get().importance, Photo.objects.get().description) == (4, stored)
    assert client.post(f"/photos/{photo.pk}/edit", sent | {"description": "short"}, headers=headers).status_code < 400
    assert Photo.objects.get().description == "short"
