"""Headers that keep private answers out of caches, and out of a browser after logging out."""

import os
import subprocess
import sys

import pytest
from django.test import Client
from django.urls import reverse

from tests.browser.pages import PAGES
from tests.endpoints import MATRIX
from tests.factories import ApiClient

IDS = ("photo_id", "job_id", "user_id", "saved_id", "album_id", "rule_id")
NUMBERS = dict.fromkeys(IDS, 1) | {"upload_id": "00000000-0000-0000-0000-000000000000"}


def vary(response) -> set[str]:
    return {name.strip().lower() for name in response["Vary"].split(",")}


def check(response, *conditions: str) -> None:
    """Check the headers of every private answer."""
    assert "no-store" in response["Cache-Control"], response.request["PATH_INFO"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "camera=()" in response["Permissions-Policy"]
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert {"cookie", "accept-language", *conditions} <= vary(response), response.request["PATH_INFO"]


@pytest.mark.parametrize("is_known", [True, False], ids=["logged in", "stranger"])
def test_caches_keep_no_page(client, owner, store, settings, is_known):
    settings.ELASTICSEARCH_URL = ""
    photo = store()
    if is_known:
        client.force_login(owner)
    for page in PAGES:
        path = page.address(photo)
        for headers in ({}, {"HX-Request": "true"}):
            response = client.get(path, headers=headers)
            check(response, *(["hx-request"] if response.headers["Content-Type"].startswith("text/html") else []))
    for path in ("/timeline", "/search/suggestions?q=a", "/admin/", "/photos/0", "/nothing-here"):
        check(client.get(path))
    check(client.post("/photos/0/edit"))


@pytest.mark.parametrize("is_known", [True, False], ids=["key", "stranger"])
def test_caches_keep_no_api_answer(owner, store, settings, is_known):
    settings.API_ANONYMOUS_PER_MINUTE = 1000
    store()
    program = ApiClient(owner) if is_known else Client()
    asked = 0
    for name, method in MATRIX:
        if name in ("thumbnail", "preview", "original"):
            continue
        needed = next(
            (numbers for numbers in ({}, *({key: value} for key, value in NUMBERS.items())) if reverses(name, numbers)),
            None,
        )
        assert needed is not None, name
        response = getattr(program, method.lower())(reverse(f"api:{name}", kwargs=needed))
        check(response, "authorization")
        asked += 1
    assert asked > 50


def reverses(name: str, numbers: dict) -> bool:
    from django.urls import NoReverseMatch

    try:
        return bool(reverse(f"api:{name}", kwargs=numbers))
    except NoReverseMatch:
        return False


def test_only_browsers_keep_files(client, owner, store):
    photo = store()
    client.force_login(owner)
    page = client.get(f"/photos/{photo.pk}/original")
    answer = ApiClient(owner).get(f"/api/v1/photos/{photo.pk}/original/")
    for response, conditions in ((page, {"cookie"}), (answer, {"cookie", "authorization"})):
        assert response["Cache-Control"] == "private, max-age=31536000, immutable"
        assert conditions <= vary(response)
        assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/logout/", "/admin/logout/"])
def test_clears_browser_data_at_logout(client, owner, path):
    owner.is_staff = True
    owner.save()
    client.force_login(owner)
    assert "Clear-Site-Data" not in client.get("/account")
    response = client.post(path)
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in client.get("/login/")


@pytest.mark.parametrize(
    ("given", "header"),
    [
        ({}, "max-age=31536000"),
        ({"HSTS_INCLUDE_SUBDOMAINS": "1"}, "max-age=31536000; includeSubDomains"),
        ({"HSTS_INCLUDE_SUBDOMAINS": "1", "HSTS_PRELOAD": "1"}, "max-age=31536000; includeSubDomains; preload"),
    ],
)
def test_requires_https_of_subdomains_only_on_request(given, header):
    ask = (
        "import django; django.setup(); from django.test import RequestFactory;"
        "from django.http import HttpResponse; from django.middleware.security import SecurityMiddleware;"
        "request = RequestFactory().get('/', HTTP_X_FORWARDED_PROTO='https', HTTP_HOST='photos.example.org');"
        "print(SecurityMiddleware(lambda _request: HttpResponse())(request)['Strict-Transport-Security'])"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "photosearch.settings", **given}
    environment |= {"PUBLIC_URL": "https://photos.example.org", "TRUSTED_PROXIES": "1"}
    result = subprocess.run([sys.executable, "-c", ask], env=environment, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == header
