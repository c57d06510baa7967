"""The health check for supervisors and load balancers."""

import pytest
from django.db import connection
from django.db.utils import OperationalError


@pytest.mark.django_db
def test_answers_ok_without_login(client):
    response = client.get("/health")
    assert (response.status_code, response.content) == (200, b"ok")
    assert "no-store" in response["Cache-Control"]


def test_fails_if_the_database_does_not_answer(client, monkeypatch):
    def refuse() -> None:
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", refuse)
    assert client.get("/health").status_code == 503


@pytest.mark.django_db
def test_answers_over_plain_http_if_https_is_required(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/login/").status_code == 301
    assert client.get("/health").status_code == 200
