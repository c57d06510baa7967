"""API tokens, and the page that creates and revokes them."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from gallery.access.tokens import ApiToken, Scope, find_token, issue_token


@pytest.fixture
def client(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def test_stores_token_only_as_digest(owner):
    token, secret = issue_token("phone", user=owner, scopes=[Scope.UPLOAD, Scope.UPLOAD])
    assert token.scopes == ["upload"]
    stored = str(ApiToken.objects.values().get())
    assert secret not in stored
    assert secret.removeprefix("ps_") not in stored
    assert find_token(secret) == token


def test_issues_different_tokens(owner):
    secrets = {issue_token("x", user=owner, scopes=[])[1] for _number in range(20)}
    assert len(secrets) == 20
    assert all(len(secret) > 40 for secret in secrets)


@pytest.mark.parametrize("secret", ["", "ps_", "nonsense", "\0", "\ud800", "x" * 100_000])
def test_finds_no_token_for_other_strings(db, secret):
    assert find_token(secret) is None


def test_finds_no_token_when_expired_or_user_inactive(owner):
    _token, expired = issue_token("x", user=owner, scopes=[], expires_at=timezone.now())
    _token, valid = issue_token("x", user=owner, scopes=[], expires_at=timezone.now() + timedelta(hours=1))
    assert find_token(expired) is None
    assert find_token(valid)
    owner.is_active = False
    owner.save()
    assert find_token(valid) is None


def test_records_last_use_of_token(owner, django_assert_num_queries):
    token, secret = issue_token("x", user=owner, scopes=[])
    find_token(secret)
    token.refresh_from_db()
    assert timezone.now() - token.last_used_at < timedelta(minutes=1)
    with django_assert_num_queries(1):  # and not with every request
        find_token(secret)


def test_shows_new_token_once(client, owner):
    response = client.post("/tokens", {"name": "phone", "scopes": ["upload", "photo:read"], "days": "30"})
    secret = response.context["key"]
    assert secret in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert secret not in client.get("/tokens").content.decode()
    token = find_token(secret)
    assert (token.user, token.name, token.scopes) == (owner, "phone", ["photo:read", "upload"])
    assert timedelta(days=29) < token.expires_at - timezone.now() <= timedelta(days=30)


def test_creates_token_without_expiry_and_revokes_it(client):
    client.post("/tokens", {"name": "phone", "scopes": ["upload"], "days": "0"})
    token = ApiToken.objects.get()
    assert token.expires_at is None
    response = client.post(f"/tokens/{token.pk}/revoke", follow=True)
    assert "API token “phone” revoked" in response.content.decode()
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    "form",
    [{"name": ""}, {"scopes": []}, {"scopes": ["everything"]}, {"days": "1000"}, {"scopes": ["admin"]}],
    ids=["no name", "no scope", "unknown scope", "too long", "for administrators"],
)
def test_refuses_invalid_token_form(client, form):
    response = client.post("/tokens", {"name": "phone", "scopes": ["upload"], "days": "30"} | form)
    assert response.status_code == 400
    assert not response.context["key"]
    assert not ApiToken.objects.exists()


def test_hides_tokens_of_other_users(client):
    other = User.objects.create_user("other")
    token, _secret = issue_token("nightingale", user=other, scopes=[Scope.UPLOAD])
    assert "nightingale" not in client.get("/tokens").content.decode()
    assert client.post(f"/tokens/{token.pk}/revoke").status_code == 404
    assert ApiToken.objects.count() == 1
