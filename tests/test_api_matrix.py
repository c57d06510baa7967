"""Requests every API endpoint without a token, with an expired one, with a wrong scope, for objects of another user
and with the right token. An endpoint without an entry in tests/endpoints.py fails."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from gallery.access.tokens import Scope
from gallery.models import Album, AlbumPhoto, ArchiveRule, ImportItem, ImportJob, Photo
from gallery.processing.tasks import make_thumbnails
from gallery.storage.partial_uploads import create_upload
from search.saved import record_search, save_search
from tests.drawing import picture
from tests.endpoints import ABOUT, FIELDLESS, FOLDER, KINDS, MATRIX, NUMBERED
from tests.factories import ApiClient

LOOPBACK = "127.0.0.1"
ELSEWHERE = "192.0.2.7"
PROTECTED = [key for key, entry in MATRIX.items() if not entry.is_public]
SECRET = "nightingale"
TUS = {"begin-upload", "resume-upload", "begin-archive", "resume-archive"}


def endpoints() -> set[tuple[str, str]]:
    """Return name and method of all endpoints."""
    (api,) = [pattern for pattern in get_resolver().url_patterns if getattr(pattern, "app_name", "") == "api"]
    (version_1,) = [pattern for pattern in api.url_patterns if hasattr(pattern, "url_patterns")]
    return {
        (pattern.name, method.upper())
        for pattern in version_1.url_patterns
        for method in ("get", "head", "post", "put", "patch", "delete")
        if hasattr(pattern.callback.cls, method)
    }


@pytest.fixture
def photo(store, owner, broker, settings) -> Photo:
    """A photo with thumbnails of an administrator, who also owns one object of each other kind."""
    settings.ELASTICSEARCH_URL = ""
    owner.is_staff = True
    owner.save()
    photo = store(picture(200))
    make_thumbnails([photo.pk])
    settings.IMPORT_ROOTS = [FOLDER]
    job = ImportJob.objects.create(owner=owner, started_by=owner, roots=[f"/{SECRET}"], state="paused")
    ImportItem.objects.create(job=job, path=f"/{SECRET}/a.png", verdict="new")
    ArchiveRule.objects.create(owner=owner, source=SECRET)
    album = Album.objects.create(owner=owner, name=SECRET, description=SECRET)
    AlbumPhoto.objects.create(album=album, photo=photo, by_hand=True)
    save_search(SECRET, user=owner, address=f"q={SECRET}")
    record_search(f"q={SECRET}", user=owner)
    create_upload(owner=owner, filename=SECRET, size=10)
    create_upload(owner=owner, filename=SECRET, size=10, is_archive=True)
    return Photo.objects.get()


def path_of(name: str) -> str:
    """Return the address of the endpoint, with the id of the first object of its kind."""
    of_kind = NUMBERED[name]._default_manager.filter(**KINDS.get(name, {})) if name in NUMBERED else None
    first = of_kind.order_by("pk").first() if of_kind else None
    return reverse(f"api:{name}", args=[first.pk] if first else [])


def ask(client: Client, name: str, method: str) -> Any:
    path = path_of(name)
    return getattr(client, method.lower())(path, **MATRIX[name, method].body(), REMOTE_ADDR=ELSEWHERE)


def rows() -> list[Any]:
    """Return all rows that belong to users."""
    return [list(model._default_manager.values()) for model in dict.fromkeys(ABOUT.values())]


def assert_problem(response: Any, status: int) -> None:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    if response.request["REQUEST_METHOD"] == "HEAD":
        return
    body = response.json()
    assert set(body) - {"scope"} == {"type", "title", "status", "detail", "errors"}
    assert body["status"] == status
    assert body["detail"]


def test_every_endpoint_has_an_entry():
    assert endpoints() == set(MATRIX)


# Refusals change nothing, so that one photo serves all endpoints of a test.
def test_rejects_requests_without_token(photo, settings, subtests):
    settings.API_ANONYMOUS_PER_MINUTE = len(PROTECTED)
    for name, method in PROTECTED:
        with subtests.test(name=name, method=method):
            response = ask(Client(), name, method)
            assert_problem(response, 401)
            assert response["WWW-Authenticate"] == 'Bearer realm="photosearch"'


def test_rejects_expired_token(photo, owner, settings, subtests):
    settings.API_ANONYMOUS_PER_MINUTE = len(PROTECTED)
    client = ApiClient(owner, expires_at=timezone.now() - timedelta(seconds=1))
    for name, method in PROTECTED:
        with subtests.test(name=name, method=method):
            assert_problem(ask(client, name, method), 401)


def test_rejects_token_without_scope(photo, owner, subtests):
    before = rows()
    for name, method in PROTECTED:
        scope = MATRIX[name, method].scope
        with subtests.test(name=name, method=method):
            response = ask(ApiClient(owner, *(set(Scope.values) - {scope})), name, method)
            if scope is None:
                assert response.status_code == 200
            else:
                assert_problem(response, 403)
                if method != "HEAD":
                    assert response.json()["scope"] == scope
                    assert scope in response.json()["detail"]
    assert rows() == before


def test_rejects_token_with_assistant_scope_alone(photo, owner, subtests):
    before = rows()
    client = ApiClient(owner, Scope.ASSISTANT)
    for name, method in PROTECTED:
        with subtests.test(name=name, method=method):
            assert_problem(ask(client, name, method), 403)
    assert rows() == before


def test_throttles_refused_requests_too(photo, owner, settings, subtests):
    settings.API_REQUESTS_PER_MINUTE = settings.API_ANONYMOUS_PER_MINUTE = 0
    client = ApiClient(owner, Scope.ASSISTANT)
    for name, method in PROTECTED:
        with subtests.test(name=name, method=method):
            assert_problem(ask(Client(), name, method), 429)
            assert_problem(ask(client, name, method), 429)


@pytest.mark.parametrize(("name", "method"), [key for key in MATRIX if key[0] in ABOUT])
def test_hides_objects_of_other_users(photo, django_user_model, name, method):
    stranger = django_user_model.objects.create_user("stranger", is_staff=True)
    before = rows()
    assert_problem(ask(ApiClient(stranger), name, method), 404)
    assert rows() == before


@pytest.mark.parametrize(("name", "method"), [key for key in MATRIX if key[0] not in ABOUT])
def test_lists_nothing_of_other_users(photo, django_user_model, name, method):
    stranger = django_user_model.objects.create_user("stranger")
    before = Photo.objects.values().get()
    response = ask(ApiClient(stranger), name, method)
    entry = MATRIX[name, method]
    expected = 403 if entry.scope == Scope.ADMIN else entry.to_others or entry.status
    assert response.status_code == expected
    assert photo.sha256.encode() not in response.content
    assert SECRET.encode() not in response.content
    assert Photo.objects.values().get(pk=photo.pk) == before


@pytest.mark.parametrize(("name", "method"), list(MATRIX))
def test_accepts_token_with_scope(photo, owner, name, method):
    scopes = [MATRIX[name, method].scope] if MATRIX[name, method].scope else []
    response = ask(ApiClient(owner, *scopes), name, method)
    assert response.status_code == MATRIX[name, method].status, getattr(response, "content", "")


@pytest.mark.parametrize(("name", "method"), list(MATRIX))
def test_accepts_session_of_browser(photo, owner, name, method):
    client = Client()
    client.force_login(owner)
    assert ask(client, name, method).status_code == MATRIX[name, method].status


@pytest.mark.parametrize(("name", "method"), [key for key in MATRIX if key[1] not in ("GET", "HEAD")])
def test_rejects_session_without_csrf_token(photo, owner, name, method):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    assert_problem(ask(client, name, method), 403)
    client.get("/")
    client.defaults["HTTP_X_CSRFTOKEN"] = client.cookies["csrftoken"].value
    assert ask(client, name, method).status_code == MATRIX[name, method].status


@pytest.mark.parametrize(
    ("name", "method"), [key for key, entry in MATRIX.items() if entry.body is not dict and key[0] not in FIELDLESS]
)
def test_rejects_unknown_fields(photo, owner, name, method):
    body, before = MATRIX[name, method].body(), rows()
    body["data"] |= {"importence": 5}
    response = getattr(ApiClient(owner), method.lower())(path_of(name), **body)
    assert_problem(response, 400)
    assert [error["field"] for error in response.json()["errors"]] == ["importence"]
    assert rows() == before


def test_rejects_other_methods(photo, owner, subtests):
    client = ApiClient(owner)
    for name in {name for name, _method in MATRIX}:
        known = {method for endpoint, method in MATRIX if endpoint == name}
        # tus requires it.
        if name in TUS:
            known.add("OPTIONS")
        for other in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} - known:
            with subtests.test(name=name, method=other):
                response = client.generic(other, path_of(name))
                assert response.status_code == 405
                assert set(response["Allow"].split(", ")) == (known | {"HEAD"} if "GET" in known else known)


def test_answers_unknown_address_with_problem(db):
    for path in ("/api/v1/nowhere/", "/api/v2/photos/", "/api/v1/photos/x/", "/api/v1/photos/x%0Ay/"):
        response = Client().get(path)
        assert_problem(response, 404)
        assert "Allow" not in response


@pytest.mark.parametrize("forwarded", [{}, {"X-Forwarded-For": ELSEWHERE}, {"X-Real-IP": LOOPBACK}])
@pytest.mark.parametrize("address", [LOOPBACK, "::1", ELSEWHERE])
def test_shows_metrics_only_for_metrics_token(photo, settings, address, forwarded):
    path = reverse("api:metrics")

    def ask(**headers: str):
        return Client().get(path, REMOTE_ADDR=address, headers={**forwarded, **headers})

    for token in ("", "ps_guess", "scrape-me"):
        assert_problem(ask(Authorization=f"Bearer {token}") if token else ask(), 401)
    settings.METRICS_TOKEN = "scrape-me"
    assert ask(Authorization="Bearer scrape-me").status_code == 200
    for wrong in ("Bearer scrape-m", "Bearer scrape-mee", "Bearer", "Basic scrape-me", "scrape-me", "Bearer ü"):
        assert_problem(ask(Authorization=wrong), 401)
    assert_problem(Client().get(reverse("api:jobs"), headers={"Authorization": "Bearer scrape-me"}), 401)
