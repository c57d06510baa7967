"""The trends on the status page."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from search.evaluation import runs
from search.evaluation.trends import quality_trends
from search.models import SearchEvaluation

pytestmark = pytest.mark.django_db


def count(queries: int, found: int) -> dict[str, int]:
    counts = {"queries": queries, "found": found, "above": found, "first": found}
    return counts | {"wrong": 3, "unordered": 0, "unexplained": 0}


def evaluation(found: int, *, subject: str = "given", days_ago: int = 0) -> SearchEvaluation:
    typed = {"correctly": count(10, 10), "loosely": count(10, found)} if subject == "given" else {"": count(10, found)}
    return SearchEvaluation(
        subject=subject,
        figures=count(20, 10 + found) | {"by": {"typed": typed}},
        measured_at=timezone.now() - timedelta(days=days_ago),
    )


def test_shows_latest_figures_and_trend():
    for days_ago, found in ((2, 2), (1, 4), (0, 6)):
        runs.store(evaluation(found, days_ago=days_ago))
    runs.store(evaluation(5, subject="pinned", days_ago=1))
    given, pinned = quality_trends()
    assert [(rate.name, rate.found) for rate in given.rates] == [("correctly", 1.0), ("loosely", 0.6)]
    assert list(given.history) == [0.6, 0.7, 0.8]
    assert given.points == "0.0,9.6 60.0,7.2 120.0,4.8"
    assert [(rate.name, rate.queries) for rate in pinned.rates] == [("", 20)]


def test_keeps_limited_number(monkeypatch):
    monkeypatch.setattr(runs, "MAX_EVALUATIONS", 2)
    for days_ago in (3, 2, 1):
        runs.store(evaluation(days_ago, days_ago=days_ago))
    assert SearchEvaluation.objects.count() == 2
    assert quality_trends()[0].rates[1].found == 0.1


def test_status_page_shows_figures(client: Client, settings):
    settings.ELASTICSEARCH_URL = ""
    client.force_login(User.objects.create_user("root", is_staff=True))
    assert "Measured every night" in client.get("/status/search").content.decode()
    for days_ago in (1, 0):
        runs.store(evaluation(6, days_ago=days_ago))
    page = client.get("/status/search").content.decode()
    for words in ("typed loosely", "60%", "<polyline", "Labelled pictures, texts as given"):
        assert words in page
