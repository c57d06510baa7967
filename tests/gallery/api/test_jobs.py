"""Throttles, health, figures and what an administrator's program sees."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db.utils import OperationalError
from django.test import Client

from gallery.api.reference import schema_in
from gallery.models import MAX_ATTEMPTS, Step, StepAttempt
from gallery.pictures.images import THUMBNAIL_VERSION
from tests.factories import ApiClient

ROOT = Path(__file__).resolve().parents[3]


def test_a_key_may_ask_so_often_in_a_minute_and_another_key_as_often(program, owner, settings, monkeypatch):
    monkeypatch.setattr("gallery.access.throttles.time", lambda: 1_000_000_020.0)  # a minute begins
    settings.API_REQUESTS_PER_MINUTE = 2
    assert [program.get("/api/v1/account/").status_code for _number in range(3)] == [200, 200, 429]
    refused = program.get("/api/v1/account/")
    assert refused["Content-Type"] == "application/problem+json"
    assert refused["Retry-After"] == "60"
    assert ApiClient(owner).get("/api/v1/account/").status_code == 200
    monkeypatch.setattr("gallery.access.throttles.time", lambda: 1_000_000_080.0)
    assert program.get("/api/v1/account/").status_code == 200


def test_an_address_may_guess_so_many_keys_in_a_minute(program, settings, monkeypatch):
    monkeypatch.setattr("gallery.access.throttles.time", lambda: 1_000_000_020.0)
    settings.API_ANONYMOUS_PER_MINUTE = 2
    stranger = Client(headers={"Authorization": "Bearer ps_guessed"})
    statuses = [stranger.get("/api/v1/account/", REMOTE_ADDR="192.0.2.1").status_code for _number in range(3)]
    assert statuses == [401, 401, 429]
    assert stranger.get("/api/v1/account/", REMOTE_ADDR="192.0.2.2").status_code == 401
    assert program.get("/api/v1/account/", REMOTE_ADDR="192.0.2.1").status_code == 200


def test_nobodys_word_is_taken_for_their_address(settings, monkeypatch, db):
    monkeypatch.setattr("gallery.access.throttles.time", lambda: 1_000_000_020.0)
    settings.API_ANONYMOUS_PER_MINUTE = 1
    for number in range(3):
        headers = {"Authorization": "Bearer ps_guessed", "X-Forwarded-For": f"192.0.2.{number}"}
        response = Client().get("/api/v1/account/", headers=headers)
    assert response.status_code == 429


@pytest.mark.parametrize(
    ("addresses", "statuses"),
    [
        (["2001:db8::1", "2001:db8::2:3", "2001:db8:0:1::1"], [401, 429, 401]),
        (["::ffff:192.0.2.1", "192.0.2.1", "::ffff:192.0.2.2"], [401, 429, 401]),
    ],
)
def test_nobody_asks_more_often_by_changing_their_address(settings, monkeypatch, db, addresses, statuses):
    monkeypatch.setattr("gallery.access.throttles.time", lambda: 1_000_000_020.0)
    settings.API_ANONYMOUS_PER_MINUTE = 1
    told = [Client().get("/api/v1/account/", REMOTE_ADDR=address).status_code for address in addresses]
    assert told == statuses


def test_an_error_of_ours_is_told_in_the_same_shape_and_logged(program, monkeypatch, caplog):
    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("a secret of the code")

    monkeypatch.setattr("gallery.api.library.AccountSerializer", fail)
    program.raise_request_exception = False
    response = program.get("/api/v1/account/")
    assert response.status_code == 500
    assert response["Content-Type"] == "application/problem+json"
    assert "secret" not in response.content.decode()
    assert "a secret of the code" in caplog.text


def test_health_says_which_neighbours_answer(client, db, settings):
    settings.ELASTICSEARCH_URL = ""
    assert client.get("/api/v1/health/live/").json() == {"status": "ok"}
    for _time in range(2):
        ready = client.get("/api/v1/health/ready/").json()
        assert ready == {"status": "ok", "queue": True, "keyword_index": None, "encoders": False}


def test_neighbours_are_not_asked_each_time_that_anybody_asks(client, db, monkeypatch):
    asked = []
    monkeypatch.setattr("photosearch.monitoring.health.describe_encoders", lambda: asked.append("encoders"))
    monkeypatch.setattr("photosearch.monitoring.health.settings.ELASTICSEARCH_URL", "")
    assert [client.get("/api/v1/health/ready/").json()["encoders"] for _time in range(3)] == [True] * 3
    assert asked == ["encoders"]


def test_the_schema_is_not_made_each_time_that_anybody_asks(client, db, monkeypatch):
    made = []
    monkeypatch.setattr("gallery.api.reference.Generator.get_schema", lambda *_, **__: made.append("it") or {})
    schema_in.cache_clear()
    assert [client.get("/api/v1/schema/").status_code for _time in range(3)] == [200] * 3
    assert made == ["it"]
    schema_in.cache_clear()


def test_without_the_database_nothing_is_ready(client, monkeypatch):
    def fail() -> None:
        raise OperationalError

    monkeypatch.setattr("photosearch.monitoring.health.connection.cursor", fail)
    response = client.get("/api/v1/health/ready/")
    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"
    assert client.get("/api/v1/health/live/").status_code == 200


@pytest.fixture
def administrator(program, owner) -> ApiClient:
    owner.is_staff = True
    owner.save()
    return program


def test_failures_are_told_by_the_number_of_the_photo(administrator, store):
    photo = store(filename="nightingale.png")
    StepAttempt.objects.create(photo=photo, step=Step.TEXT, version="x", attempts=MAX_ATTEMPTS, error="Out of order.")
    response = administrator.get("/api/v1/jobs/failures/")
    (failure,) = response.json()
    assert (failure["photo_id"], failure["step"], failure["error"]) == (photo.pk, "text", "Out of order.")
    assert failure["is_final"]
    assert "nightingale" not in response.content.decode()


def test_people_are_told_with_what_they_store_and_granted_quotas(administrator, store, owner):
    photo = store()
    other = User.objects.create_user("bert", is_active=False)
    anna, bert = administrator.get("/api/v1/users/").json()
    assert anna == {
        "id": owner.pk,
        "username": "anna",
        "is_active": True,
        "is_administrator": True,
        "photos": 1,
        "stored_bytes": photo.file_size,
        "quota": None,
    }
    assert (bert["photos"], bert["stored_bytes"], bert["is_active"], bert["quota"]) == (0, 0, False, None)
    path = f"/api/v1/users/{other.pk}/"
    for quota in (5000, None, 0):
        told = administrator.patch(path, {"quota": quota}, "application/json").json()
        assert told["quota"] == quota
        assert told == administrator.get(path).json()
    assert administrator.patch(path, {}, "application/json").json()["quota"] == 0
    for change in ({"quota": -1}, {"quota": "5"}, {"is_active": True}):
        assert administrator.patch(path, change, "application/json").status_code == 400
    assert administrator.get("/api/v1/users/999999/").status_code == 404


def test_queues_and_backlogs_are_told(administrator, store, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        store()
    jobs = administrator.get("/api/v1/jobs/").json()
    assert jobs["queues"]["default"] >= 1
    (thumbnails,) = [step for step in jobs["steps"] if step["step"] == "thumbnails"]
    assert thumbnails["missing"] == 1


def test_figures_name_routes_and_not_addresses(administrator, store):
    photo = store()
    administrator.get(f"/api/v1/photos/{photo.pk}/")
    administrator.get("/api/v1/nowhere/secret/")
    told = administrator.get("/api/v1/metrics/").content.decode()
    assert "photosearch_photos 1.0" in told
    assert f'photosearch_missing{{step="thumbnails",version="{THUMBNAIL_VERSION}"}} 1.0' in told
    assert 'photosearch_queue_length{queue="default"}' in told
    assert 'route="api/v1/photos/<int:photo_id>/",status="200"' in told
    assert "secret" not in told


def test_figures_are_the_sum_of_all_processes(tmp_path):
    statement = (
        "import django; django.setup()\n"
        "from photosearch.monitoring.metrics import LATENCY, exposition\n"
        "LATENCY.labels('GET', 'x', '200').observe(0.2)\n"
        "print(exposition([]).decode())\n"
    )
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "photosearch.settings",
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics"),
    }
    for count in (1, 2, 3):
        told = subprocess.run(
            [sys.executable, "-c", statement], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        ).stdout
        assert f'photosearch_request_seconds_count{{method="GET",route="x",status="200"}} {count}.0' in told
