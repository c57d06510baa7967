"""Administrators set quotas of users and see sums, but no photos."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from gallery.account import Account


@pytest.fixture
def client(client: Client, db: None) -> Client:
    """A browser in which an administrator is logged in."""
    client.force_login(User.objects.create_superuser("root"))
    return client


def grant(client: Client, user: User, gigabytes: str) -> None:
    page = client.get(f"/admin/auth/user/{user.pk}/change/")
    data = dict(page.context["adminform"].form.initial) | {
        "account-TOTAL_FORMS": 1,
        "account-INITIAL_FORMS": Account.objects.filter(owner=user).count(),
        "account-0-owner": user.pk,
        "account-0-gigabytes": gigabytes,
    }
    data = {name: value for name, value in data.items() if value is not None and value is not False}
    response = client.post(f"/admin/auth/user/{user.pk}/change/", data)
    assert response.status_code == 302, response.context["errors"]


def test_sets_and_removes_quota(client, owner):
    grant(client, owner, "1.5")
    assert Account.objects.get(owner=owner).quota == 1.5 * 1024**3
    assert 'value="1.5"' in client.get(f"/admin/auth/user/{owner.pk}/change/").content.decode()
    grant(client, owner, "")
    assert Account.objects.get(owner=owner).quota is None


def test_names_the_quota_in_the_language_of_the_page(client, owner):
    page = client.get(f"/admin/auth/user/{owner.pk}/change/", headers={"Accept-Language": "zh-CN"}).content.decode()
    assert "存储空间" in page
    assert "Account" not in page


def test_lists_users_with_number_and_size_of_photos(client, owner, store):
    photos = [store(filename="secret.png") for _ in range(2)]
    page = client.get("/admin/auth/user/").content.decode()
    row = page[page.index(">anna<") :].split("</tr>")[0]
    assert 'field-photo_count">2<' in row
    assert f"{sum(photo.file_size for photo in photos)}\xa0bytes" in row
    assert "secret" not in page


@pytest.mark.parametrize(
    "lookup",
    ["photos", "photos__gt", "photos__sha256", "api_tokens", "imports__in", "open_sessions", "password__startswith"],
)
def test_reveals_no_owner_through_lookups(client, lookup):
    assert client.get("/admin/auth/user/", {"is_staff__exact": "0"}).status_code == 200
    assert client.get("/admin/auth/user/", {lookup: "1"}).status_code == 400
