"""Who may do what: every endpoint of the API, asked without a key, with one that is expired or of another scope, for
what is another's, and rightly; a new endpoint without an entry in tests/endpoints.py fails."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from gallery.access.tokens import Scope
from gallery.models import ImportItem, ImportJob, Photo
from gallery.processing.tasks import make_thumbnails
from gallery.storage.partial_uploads import create_upload
from search.saved import record_search, save_search
from tests.drawing import picture
from tests.endpoints import ABOUT, FIELDLESS, FOLDER, KINDS, MATRIX, NUMBERED
from tests.factories import ApiClient

LOOPBACK = "127.0.0.1"
ELSEWHERE = "192.0.2.7"
KEYED = [pytest.param(*key, id="-".join(key)) for key, entry in MATRIX.items() if not entry.is_public]
SECRET = "nightingale"
TUS = {"begin-upload", "resume-upload", "begin-archive", "resume-archive"}


def endpoints() -> set[tuple[str, str]]:
    """Name and method of all that the API answers."""
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
    """A photo with thumbnails, whose owner is an administrator; and one of each other thing that is somebody's."""
    settings.ELASTICSEARCH_URL = ""
    owner.is_staff = True
    owner.save()
    photo = store(picture(200))
    make_thumbnails([photo.pk])
    settings.IMPORT_ROOTS = [FOLDER]
    job = ImportJob.objects.create(owner=owner, started_by=owner, roots=[f"/{SECRET}"], state="paused")
    ImportItem.objects.create(job=job, path=f"/{SECRET}/a.png", verdict="new")
    save_search(SECRET, user=owner, address=f"q={SECRET}")
    record_search(f"q={SECRET}", user=owner)
    create_upload(owner=owner, filename=SECRET, size=10)
    create_upload(owner=owner, filename=SECRET, size=10, is_archive=True)
    return Photo.objects.get()


def path_of(name: str) -> str:
    """The endpoint's address, with the number of what there is of its kind."""
    of_kind = NUMBERED[name]._default_manager.filter(**KINDS.get(name, {})) if name in NUMBERED else None
    first = of_kind.order_by("pk").first() if of_kind else None
    return reverse(f"api:{name}", args=[first.pk] if first else [])


def ask(client: Client, name: str, method: str) -> Any:
    path = path_of(name)
    return getattr(client, method.lower())(path, **MATRIX[name, method].body(), REMOTE_ADDR=ELSEWHERE)


def rows() -> list[Any]:
    """All that is somebody's."""
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


@pytest.mark.parametrize(("name", "method"), KEYED)
def test_without_a_key_nobody_is_answered(photo, name, method):
    response = ask(Client(), name, method)
    assert_problem(response, 401)
    assert response["WWW-Authenticate"] == 'Bearer realm="photosearch"'


@pytest.mark.parametrize(("name", "method"), KEYED)
def test_an_expired_key_opens_nothing(photo, owner, name, method):
    program = ApiClient(owner, expires_at=timezone.now() - timedelta(seconds=1))
    assert_problem(ask(program, name, method), 401)


@pytest.mark.parametrize(("name", "method"), KEYED)
def test_a_key_opens_only_what_its_scopes_name(photo, owner, name, method):
    scope = MATRIX[name, method].scope
    program = ApiClient(owner, *(set(Scope.values) - {scope}))
    if scope is None:
        assert ask(program, name, method).status_code == 200
    else:
        response = ask(program, name, method)
        assert_problem(response, 403)
        if method != "HEAD":
            assert response.json()["scope"] == scope
            assert scope in response.json()["detail"]


@pytest.mark.parametrize(("name", "method"), KEYED)
def test_a_key_for_assistants_alone_opens_nothing_here(photo, owner, name, method):
    before = rows()
    assert_problem(ask(ApiClient(owner, Scope.ASSISTANT), name, method), 403)
    assert rows() == before


@pytest.mark.parametrize(("name", "method"), KEYED)
def test_who_is_refused_is_counted_too(photo, owner, settings, name, method):
    settings.API_REQUESTS_PER_MINUTE = settings.API_ANONYMOUS_PER_MINUTE = 0
    assert_problem(ask(Client(), name, method), 429)
    assert_problem(ask(ApiClient(owner, Scope.ASSISTANT), name, method), 429)


@pytest.mark.parametrize(("name", "method"), [key for key in MATRIX if key[0] in ABOUT])
def test_what_is_anothers_is_not_there(photo, django_user_model, name, method):
    stranger = django_user_model.objects.create_user("stranger", is_staff=True)
    before = rows()
    assert_problem(ask(ApiClient(stranger), name, method), 404)
    assert rows() == before


@pytest.mark.parametrize(("name", "method"), [key for key in MATRIX if key[0] not in ABOUT])
def test_what_is_about_nothing_single_tells_nothing_of_anothers(photo, django_user_model, name, method):
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
def test_the_right_key_is_answered(photo, owner, name, method):
    scopes = [MATRIX[name, method].scope] if MATRIX[name, method].scope else []
    response = ask(ApiClient(owner, *scopes), name, method)
    assert response.status_code == MATRIX[name, method].status, getattr(response, "content", "")


@pytest.mark.parametrize(("name", "method"), list(MATRIX))
def test_a_browser_that_is_logged_in_is_answered_too(photo, owner, name, method):
    client = Client()
    client.force_login(owner)
    assert ask(client, name, method).status_code == MATRIX[name, method].status


@pytest.mark.parametrize(("name", "method"), [key for key in MATRIX if key[1] not in ("GET", "HEAD")])
def test_another_site_cannot_use_a_persons_session(photo, owner, name, method):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    assert_problem(ask(client, name, method), 403)
    client.get("/")
    client.defaults["HTTP_X_CSRFTOKEN"] = client.cookies["csrftoken"].value
    assert ask(client, name, method).status_code == MATRIX[name, method].status


@pytest.mark.parametrize(
    ("name", "method"), [key for key, entry in MATRIX.items() if entry.body is not dict and key[0] not in FIELDLESS]
)
def test_a_field_that_nobody_knows_is_not_passed_over(photo, owner, name, method):
    body, before = MATRIX[name, method].body(), rows()
    body["data"] |= {"importence": 5}
    response = getattr(ApiClient(owner), method.lower())(path_of(name), **body)
    assert_problem(response, 400)
    assert [error["field"] for error in response.json()["errors"]] == ["importence"]
    assert rows() == before


@pytest.mark.parametrize(("name", "method"), list(MATRIX))
def test_other_methods_are_not_allowed(photo, owner, name, method):
    known = {other for endpoint, other in MATRIX if endpoint == name}
    path = path_of(name)
    # tus requires it.
    if name in TUS:
        known.add("OPTIONS")
    for other in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} - known:
        response = ApiClient(owner).generic(other, path)
        assert response.status_code == 405, other
        assert set(response["Allow"].split(", ")) == (known | {"HEAD"} if "GET" in known else known)


def test_an_unknown_address_is_told_in_the_same_shape(db):
    for path in ("/api/v1/nowhere/", "/api/v2/photos/", "/api/v1/photos/x/", "/api/v1/photos/x%0Ay/"):
        response = Client().get(path)
        assert_problem(response, 404)
        assert "Allow" not in response


@pytest.mark.parametrize("forwarded", [{}, {"X-Forwarded-For": ELSEWHERE}, {"X-Real-IP": LOOPBACK}])
@pytest.mark.parametrize("address", [LOOPBACK, "::1", ELSEWHERE])
def test_shows_figures_for_token_and_never_for_address(photo, settings, address, forwarded):
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
