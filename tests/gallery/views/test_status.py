"""The status page, except its search section."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from redis import ConnectionError as ServerDown

from gallery.account import Account
from gallery.models import MAX_ATTEMPTS, Photo, Step, StepAttempt
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
    for words in ("PostgreSQL", "Valkey", "default", "vision", "ocr", "thumbnails"):
        assert words in page
    assert client.get("/status", headers={"HX-Request": "true"}).content.decode().lstrip().startswith("<section")


def test_failures_hide_photo_details(client, owner, store):
    photo = store(filename="secret plans.png")
    Photo.objects.update(description="never to be seen")
    StepAttempt.objects.create(
        photo=photo, step=Step.TEXT, version="x", attempts=MAX_ATTEMPTS, error="The worker was killed."
    )
    page = client.get("/status").content.decode()
    for words in (f"<td>{photo.pk}</td>", "anna", "text recognition", "The worker was killed."):
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
    StepAttempt.objects.create(photo=photo, step=Step.EMBEDDING, version="x", attempts=MAX_ATTEMPTS, error="No.")
    broker.client.flushdb()
    make_thumbnails.send([photo.pk])
    make_thumbnails.send([photo.pk])
    consumer = broker.consume("default", prefetch=1, timeout=10)
    assert next(consumer)
    queues = {queue.name: queue for queue in client.get("/status").context["queues"]}
    assert (queues["default"].waiting, queues["default"].in_work) == (1, 1)
    assert [queues[name].given_up for name in ("default", "vision", "ocr")] == [0, 1, 0]


def test_shows_the_storage_of_each_user(client, store, owner):
    photo = store(filename="secret plans.png")
    Photo.objects.filter(pk=photo.pk).update(file_size=5 * 1024 * 1024)
    Account.objects.create(owner=owner, quota=1024**3)
    page = condensed(client.get("/status").content.decode())
    row = page[page.index("anna</th>") :].split("</tr>")[0]
    for words in (">1<", "5.0\xa0MB", "1.0\xa0GB"):
        assert words in row
    assert "secret plans" not in page
