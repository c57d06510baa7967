"""Throttles, health, metrics, and the views for administrators."""

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


def test_limits_requests_per_minute_of_each_token(program, owner, settings, monkeypatch):
    monkeypatch.setattr("gallery.access.throttles.time", lambda: 1_000_000_020.0)  # a minute begins
    settings.API_REQUESTS_PER_MINUTE = 2
    assert [program.get("/api/v1/account/").status_code for _number in range(3)] == [200, 200, 429]
    refused = program.get("/api/v1/account/")
    assert refused["Content-Type"] == "application/problem+json"
    assert refused["Retry-After"] == "60"
    assert ApiClient(owner).get("/api/v1/account/").status_code == 200
    monkeypatch.setattr("gallery.access.throttles.time", lambda: 1_000_000_080.0)
    assert program.get("/api/v1/account/").status_code == 200


def test_limits_invalid_tokens_per_minute_of_address(program, settings, monkeypatch):
    monkeypatch.setattr("gallery.access.throttles.time", lambda: 1_000_000_020.0)
    settings.API_ANONYMOUS_PER_MINUTE = 2
    stranger = Client(headers={"Authorization": "Bearer ps_guessed"})
    statuses = [stranger.get("/api/v1/account/", REMOTE_ADDR="192.0.2.1").status_code for _number in range(3)]
    assert statuses == [401, 401, 429]
    assert stranger.get("/api/v1/account/", REMOTE_ADDR="192.0.2.2").status_code == 401
    assert program.get("/api/v1/account/", REMOTE_ADDR="192.0.2.1").status_code == 200


def test_ignores_forwarded_address_without_proxy(settings, monkeypatch, db):
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
def test_counts_addresses_by_network(settings, monkeypatch, db, addresses, statuses):
    monkeypatch.setattr("gallery.access.throttles.time", lambda: 1_000_000_020.0)
    settings.API_ANONYMOUS_PER_MINUTE = 1
    answer = [Client().get("/api/v1/account/", REMOTE_ADDR=address).status_code for address in addresses]
    assert answer == statuses


def test_answers_server_error_with_problem_and_logs_it(program, monkeypatch, caplog):
    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("a secret of the code")

    monkeypatch.setattr("gallery.api.library.AccountSerializer", fail)
    program.raise_request_exception = False
    response = program.get("/api/v1/account/")
    assert response.status_code == 500
    assert response["Content-Type"] == "application/problem+json"
    assert "secret" not in response.content.decode()
    assert "a secret of the code" in caplog.text


def test_health_lists_reachable_dependencies(client, db, settings):
    settings.ELASTICSEARCH_URL = ""
    assert client.get("/api/v1/health/live/").json() == {"status": "ok"}
    for _time in range(2):
        ready = client.get("/api/v1/health/ready/").json()
        assert ready == {"status": "ok", "queue": True, "keyword_index": None, "encoders": False}


def test_health_caches_state_of_dependencies(client, db, monkeypatch):
    asked = []
    monkeypatch.setattr("photosearch.monitoring.health.describe_encoders", lambda: asked.append("encoders"))
    monkeypatch.setattr("photosearch.monitoring.health.settings.ELASTICSEARCH_URL", "")
    assert [client.get("/api/v1/health/ready/").json()["encoders"] for _time in range(3)] == [True] * 3
    assert asked == ["encoders"]


def test_caches_schema(client, db, monkeypatch):
    made = []
    monkeypatch.setattr("gallery.api.reference.Generator.get_schema", lambda *_, **__: made.append("it") or {})
    schema_in.cache_clear()
    assert [client.get("/api/v1/schema/").status_code for _time in range(3)] == [200] * 3
    assert made == ["it"]
    schema_in.cache_clear()


def test_is_not_ready_without_database(client, monkeypatch):
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


def test_lists_failures_by_photo_id_only(administrator, store):
    photo = store(filename="nightingale.png")
    StepAttempt.objects.create(photo=photo, step=Step.TEXT, version="x", attempts=MAX_ATTEMPTS, error="Out of order.")
    response = administrator.get("/api/v1/jobs/failures/")
    (failure,) = response.json()
    assert (failure["photo_id"], failure["step"], failure["error"]) == (photo.pk, "text", "Out of order.")
    assert failure["is_final"]
    assert "nightingale" not in response.content.decode()


def test_lists_users_with_storage_and_sets_quotas(administrator, store, owner):
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
        answer = administrator.patch(path, {"quota": quota}, "application/json").json()
        assert answer["quota"] == quota
        assert answer == administrator.get(path).json()
    assert administrator.patch(path, {}, "application/json").json()["quota"] == 0
    for change in ({"quota": -1}, {"quota": "5"}, {"is_active": True}):
        assert administrator.patch(path, change, "application/json").status_code == 400
    assert administrator.get("/api/v1/users/999999/").status_code == 404


def test_reports_queues_and_backlogs(administrator, store, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        store()
    jobs = administrator.get("/api/v1/jobs/").json()
    assert jobs["queues"]["default"] >= 1
    (thumbnails,) = [step for step in jobs["steps"] if step["step"] == "thumbnails"]
    assert thumbnails["missing"] == 1
    assert (thumbnails["running"], thumbnails["failed"], thumbnails["seconds_left"]) == (0, 0, None)


def test_dismissed_failures_are_not_listed(administrator, store):
    attempt = StepAttempt.objects.create(photo=store(), step=Step.TEXT, version="x", attempts=MAX_ATTEMPTS, error="No.")
    assert administrator.get("/api/v1/jobs/").json()["failed_photos"] == 1
    attempt.dismissed_at = attempt.failed_at
    attempt.save()
    assert administrator.get("/api/v1/jobs/").json()["failed_photos"] == 0
    assert administrator.get("/api/v1/jobs/failures/").json() == []


def test_metrics_name_routes_instead_of_addresses(administrator, store):
    photo = store()
    administrator.get(f"/api/v1/photos/{photo.pk}/")
    administrator.get("/api/v1/nowhere/secret/")
    answer = administrator.get("/api/v1/metrics/").content.decode()
    assert "photosearch_photos 1.0" in answer
    assert f'photosearch_missing{{step="thumbnails",version="{THUMBNAIL_VERSION}"}} 1.0' in answer
    assert 'photosearch_queue_length{queue="default"}' in answer
    assert 'route="api/v1/photos/<int:photo_id>/",status="200"' in answer
    assert "secret" not in answer


def test_metrics_sum_all_processes(tmp_path):
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
        answer = subprocess.run(
            [sys.executable, "-c", statement], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        ).stdout
        assert f'photosearch_request_seconds_count{{method="GET",route="x",status="200"}} {count}.0' in answer
