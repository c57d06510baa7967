"""Errors in one shape, whatever was sent, and of a kind that programs can tell apart."""

from typing import Any

import pytest

from gallery.access.problems import TYPE

CHANGE = "/api/v1/photos/change/"


def kind_of(response: Any, status: int) -> str:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    return str(response.json()["type"]).removeprefix(TYPE)


@pytest.mark.parametrize("body", ["[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000, "{", b'{"\xff": 1}'])
def test_what_cannot_be_read_is_refused(program, body):
    assert kind_of(program.post(CHANGE, body, content_type="application/json"), 400) == "parse-error"


def test_half_a_character_is_refused_wherever_it_stands(program, store):
    photo = store()
    for path, body, field in (
        (CHANGE, '{"photos": [1], "a\\ud800": 1}', "a?"),
        (f"/api/v1/photos/{photo.pk}/retry/", '{"step": "\\ud800"}', "step"),
        ("/api/v1/saved-searches/", '{"name": "\\ud800", "q": "tea"}', "name"),
    ):
        response = program.post(path, body, content_type="application/json")
        assert kind_of(response, 400) == "bad-request"
        assert [error["field"] for error in response.json()["errors"]] == [field]
