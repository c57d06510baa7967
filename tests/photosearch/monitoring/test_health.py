"""Whoever watches over the site can ask whether it works."""

import pytest
from django.db import connection
from django.db.utils import OperationalError


@pytest.mark.django_db
def test_the_site_says_that_it_works_to_anybody(client):
    response = client.get("/health")
    assert (response.status_code, response.content) == (200, b"ok")
    assert "no-store" in response["Cache-Control"]


def test_the_site_says_when_the_database_does_not_answer(client, monkeypatch):
    def refuse() -> None:
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", refuse)
    assert client.get("/health").status_code == 503


@pytest.mark.django_db
def test_health_is_told_over_plain_http_even_where_https_is_demanded(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/login/").status_code == 301
    assert client.get("/health").status_code == 200
