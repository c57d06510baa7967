"""Login, passwords, languages and error pages."""

import pytest
from django.contrib.auth.models import User
from django.test import Client


def test_login_redirects_to_photos(client, owner):
    response = client.post("/login/", {"username": "anna", "password": "x"}, follow=True)
    assert response.redirect_chain == [("/", 302)]
    assert client.post("/logout/").status_code == 302
    assert client.get("/").status_code == 302


def test_omits_scripts_on_pages_without_top_bar(client, owner):
    client.force_login(owner)
    scripts = ("js/upload.js", "js/picture_search.js")
    pages = {path: client.get(path).content.decode() for path in ("/", "/admin/login/")}
    assert all(script in pages["/"] for script in scripts)
    assert 'name="password"' in pages["/admin/login/"]
    assert not any(script in pages["/admin/login/"] for script in scripts)


def test_reports_wrong_password(client, owner):
    page = client.post("/login/", {"username": "anna", "password": "wrong"}).content.decode()
    assert 'role="alert"' in page


def test_changes_password(client, owner):
    client.force_login(owner)
    new = "lanterns-over-the-river"
    data = {"old_password": "x", "new_password1": new, "new_password2": new}
    assert "Password changed." in client.post("/password/", data, follow=True).content.decode()
    assert User.objects.get().check_password(new)


@pytest.mark.parametrize("path", ["/login/", "/"])
def test_changes_language_with_and_without_login(client, owner, path):
    if path == "/":
        client.force_login(owner)
    response = client.post("/language/", {"language": "zh-hans", "next": path}, follow=True)
    assert response.redirect_chain == [(path, 302)]
    assert '<html lang="zh-hans"' in response.content.decode()


def test_contains_no_inline_script_or_style(client, owner):
    client.force_login(owner)
    response = client.get("/")
    assert "default-src 'self'" in response["Content-Security-Policy"]
    page = response.content.decode()
    for inline in ("<style", " style=", " onclick", "<script>"):
        assert inline not in page


def test_explains_expired_form(owner):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/login/", {"username": "anna", "password": "x"})
    assert response.status_code == 403
    assert "This form has expired" in response.content.decode()


def test_explains_server_error(client, owner, monkeypatch):
    def fail(*_args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("gallery.models.PhotoQuerySet.visible_to", fail)
    client.force_login(owner)
    client.raise_request_exception = False
    response = client.get("/photos/1")
    assert response.status_code == 500
    assert "The error has been logged." in response.content.decode()


def test_refuses_oversized_form(client, owner, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    client.force_login(owner)
    response = client.post("/password/", {"old_password": "x" * 2000})
    assert response.status_code == 413
    assert "The form contains too much text." in response.content.decode()
