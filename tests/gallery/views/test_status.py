"""The status page, except its search section."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from redis import ConnectionError as ServerDown

from gallery.account import Account
from gallery.models import MAX_ATTEMPTS, Photo, Step, StepAttempt
from gallery.pictures.images import THUMBNAIL_VERSION
from gallery.processing.backlog import Backlog
from gallery.processing.tasks import make_thumbnails
from gallery.views import status
from tests.html import condensed


@pytest.fixture
def client(client: Client, db: None) -> Client:
    """A browser in which an administrator is logged in."""
    client.force_login(User.objects.create_user("root", is_staff=True))
    return client


def test_only_administrators_may_view(client, owner):
    assert client.get("/status").status_code == 200
    client.force_login(owner)
    response = client.get("/status")
    assert response.status_code == 403
    assert "Only administrators can see this page." in response.content.decode()


def test_shows_servers_queues_and_steps(client, store, broker):
    store()
    page = client.get("/status").content.decode()
    for words in ("PostgreSQL", "Valkey", "default", "vision", "ocr", "Thumbnails"):
        assert words in page
    assert client.get("/status", headers={"HX-Request": "true"}).content.decode().lstrip().startswith("<section")


def test_failures_hide_photo_details(client, owner, store):
    photo = store(filename="secret plans.png")
    Photo.objects.update(description="never to be seen")
    StepAttempt.objects.create(
        photo=photo, step=Step.TEXT, version="x", attempts=MAX_ATTEMPTS, error="The worker was killed."
    )
    page = client.get("/status").content.decode()
    for words in ("anna", "text recognition", "The worker was killed."):
        assert words in page
    for words in ("secret plans", "never to be seen", f"/photos/{photo.pk}"):
        assert words not in page


def test_killed_worker_counts_as_failure(client, store):
    attempt = StepAttempt.objects.create(photo=store(), step=Step.TEXT, version="x", attempts=MAX_ATTEMPTS - 1)
    assert "Processing stopped every time" not in client.get("/status").content.decode()
    attempt.attempts = MAX_ATTEMPTS
    attempt.save()
    assert "Processing stopped every time" in client.get("/status").content.decode()


def test_waiting_for_dependency_is_not_a_failure(client, store):
    StepAttempt.objects.create(photo=store(), step=Step.INDEX, version="x", attempts=0, error="Nobody answers.")
    assert "Nobody answers." not in client.get("/status").content.decode()


def test_shows_broker_that_is_down(client, monkeypatch):
    def nobody() -> str:
        raise ServerDown

    monkeypatch.setattr(status, "broker_version", nobody)
    response = client.get("/status")
    assert response.status_code == 200
    assert "Not responding. Uploads are stored" in response.content.decode()


def test_shows_the_state_of_each_queue(client, store, broker):
    photo = store()
    broker.client.flushdb()
    make_thumbnails.send([photo.pk])
    make_thumbnails.send([photo.pk])
    consumer = broker.consume("default", prefetch=1, timeout=10)
    assert next(consumer)
    queues = {queue.name: queue for queue in client.get("/status").context["queues"]}
    assert (queues["default"].waiting, queues["default"].in_work) == (1, 1)


def test_shows_work_by_kind_with_time_left(client, store, broker, monkeypatch):
    monkeypatch.setattr("gallery.processing.backlog.seconds_left", lambda _step, _version, waiting: 40 * waiting)
    photos = [store() for _ in range(4)]
    version = str(THUMBNAIL_VERSION)
    StepAttempt.objects.create(photo=photos[0], step=Step.THUMBNAILS, version=version, attempts=1)
    StepAttempt.objects.create(photo=photos[1], step=Step.THUMBNAILS, version=version, attempts=MAX_ATTEMPTS, error="x")
    page = condensed(client.get("/status").content.decode())
    row = page[page.index("Thumbnails") :].split("</tr>")[0]
    assert re.findall(r"<td[^>]*>([^<]*)</td>", row) == ["2", "1", "1", "about 2 minutes"]


@pytest.mark.parametrize(
    ("missing", "seconds", "words"),
    [
        (0, 0, ""),
        (5, None, "unknown"),
        (5, 59, "less than a minute"),
        (5, 60, "about 1 minute"),
        (5, 5399, "about 90 minutes"),
        (5, 5400, "about 2 hours"),
        (5, 30 * 3600, "about 30 hours"),
        (5, 86400 * 3, "about 3 days"),
    ],
)
def test_rounds_the_time_left(missing, seconds, words):
    assert status._time_left(Backlog("text", "text", missing=missing, seconds_left=seconds)) == words


def test_equal_failures_share_a_row(client, store, django_user_model, monkeypatch):
    for number in range(3):
        error = f"ValueError: secret {number % 2}"
        StepAttempt.objects.create(photo=store(), step=Step.TEXT, version="x", attempts=MAX_ATTEMPTS, error=error)
    response = client.get("/status")
    assert sorted(row.photos for row in response.context["failures"]) == [1, 2]
    page = condensed(response.content.decode())
    assert "3 photos could not be processed." in page
    assert "secret" not in page
    monkeypatch.setattr(status, "PAGE_SIZE", 1)
    assert [len(client.get(f"/status?page={n}").context["failures"]) for n in (1, 2)] == [1, 1]


def test_administrators_retry_failures_of_all(client, store, owner):
    StepAttempt.objects.create(photo=store(), step=Step.TEXT, version="x", attempts=MAX_ATTEMPTS, error="No.")
    ordinary = Client()
    ordinary.force_login(owner)
    assert ordinary.post("/status/retry").status_code == 403
    assert StepAttempt.objects.exists()
    answer = client.post("/status/retry", {"next": "/status"}, follow=True)
    assert "1 photo will be tried again" in answer.content.decode()
    assert not StepAttempt.objects.exists()


def test_shows_the_storage_of_each_user(client, store, owner):
    photo = store(filename="secret plans.png")
    Photo.objects.filter(pk=photo.pk).update(file_size=5 * 1024 * 1024)
    Account.objects.create(owner=owner, quota=1024**3)
    page = condensed(client.get("/status").content.decode())
    row = page[page.index("anna</th>") :].split("</tr>")[0]
    for words in (">1<", "5.0\xa0MB", "1.0\xa0GB"):
        assert words in row
    assert "secret plans" not in page
