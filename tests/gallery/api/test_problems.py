"""Problem documents: every error has one, with a type that identifies it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gallery.access.problems import PROBLEM_TYPES, TYPE_PREFIX
from gallery.access.tokens import Scope
from gallery.account import Account
from tests.drawing import picture
from tests.factories import ApiClient

CHANGE = "/api/v1/photos/change/"


def kind_of(response: Any, status: int) -> str:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    return str(response.json()["type"]).removeprefix(TYPE_PREFIX)


@pytest.mark.parametrize("body", ["[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000, "{", b'{"\xff": 1}'])
def test_refuses_unreadable_body(program, body):
    assert kind_of(program.post(CHANGE, body, content_type="application/json"), 400) == "parse-error"


def test_refuses_lone_surrogates_everywhere(program, store):
    photo = store()
    for path, body, field in (
        (CHANGE, '{"photos": [1], "a\\ud800": 1}', "a?"),
        (f"/api/v1/photos/{photo.pk}/retry/", '{"step": "\\ud800"}', "step"),
        ("/api/v1/saved-searches/", '{"name": "\\ud800", "q": "tea"}', "name"),
    ):
        response = program.post(path, body, content_type="application/json")
        assert kind_of(response, 400) == "bad-request"
        assert [error["field"] for error in response.json()["errors"]] == [field]


def test_refuses_repeated_parameter(program):
    response = program.get("/api/v1/photos/?extension=png&extension=gif&page_size=5")
    assert kind_of(response, 400) == "bad-request"
    assert [error["field"] for error in response.json()["errors"]] == ["extension"]


@pytest.mark.parametrize("number", ["１", "1.0", "1_0", " 1", "+1", "0x1", "1e1"])
def test_refuses_unusual_spellings_of_numbers(program, number):
    for path in ("/api/v1/photos/", "/api/v1/search/", "/api/v1/trash/", "/api/v1/near-duplicates/"):
        response = program.get(path, {"page_size": number})
        assert kind_of(response, 400) == "bad-request"


def test_limits_length_before_trimming(program):
    for path, query in (
        ("/api/v1/search/", {"q": "tea" + " " * 1000}),
        ("/api/v1/search/suggestions/", {"q": " " * 1001}),
        ("/api/v1/photos/", {"filename": " " * 256}),
    ):
        response = program.get(path, query)
        assert kind_of(response, 400) == "bad-request"
        assert "no more than" in response.json()["errors"][0]["detail"]


def test_explains_missing_slash(program):
    for path in ("/api/v1/photos", "/api/v1", "/api/"):
        response = program.get(path)
        assert kind_of(response, 404) == "not-found"
        assert "end with a slash" in response.json()["detail"]


def test_answers_unknown_host_with_problem(db):
    assert kind_of(Client().get("/api/v1/photos/", headers={"Host": "evil.example"}), 400) == "bad-request"


def test_distinguishes_quota_from_file_size(program, store, owner, settings):
    photo = store()
    Account.objects.create(owner=owner, quota=photo.file_size)
    sent = {"data": picture(200), "content_type": "image/png"}
    assert kind_of(program.post("/api/v1/photos/upload/", **sent), 413) == "quota-exceeded"
    settings.MAX_UPLOAD_BYTES = 10
    assert kind_of(program.post("/api/v1/photos/upload/", **sent), 413) == "too-large"


def test_schema_examples_match_actual_problems(program, store, owner):
    schema = program.get("/api/v1/schema/").json()
    answer = schema["components"]["schemas"]["Problem"]["properties"]["type"]["description"]
    assert all(kind in answer for kind in PROBLEM_TYPES)
    path = reverse("api:photo", args=[store().pk])
    for status, response in (
        (401, Client().get(path)),
        (403, ApiClient(owner, Scope.UPLOAD).get(path)),
        (404, program.get(reverse("api:photo", args=[10**9]))),
        (413, program.patch(path, b"x" * 3_000_000, content_type="application/json")),
        (415, program.patch(path, "x", content_type="text/plain")),
    ):
        answers = schema["paths"]["/api/v1/photos/{photo_id}/"]["patch" if status > 404 else "get"]["responses"]
        example = answers[str(status)]["content"]["application/problem+json"]["example"]
        assert kind_of(response, status) == example["type"].removeprefix(TYPE_PREFIX)
