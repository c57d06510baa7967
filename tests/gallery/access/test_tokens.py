"""API tokens, and the page on which they are made and revoked."""

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


def test_a_key_is_kept_only_as_a_digest(owner):
    token, key = issue_token("phone", user=owner, scopes=[Scope.UPLOAD, Scope.UPLOAD])
    assert token.scopes == ["upload"]
    stored = str(ApiToken.objects.values().get())
    assert key not in stored
    assert key.removeprefix("ps_") not in stored
    assert find_token(key) == token


def test_no_two_keys_are_alike(owner):
    keys = {issue_token("x", user=owner, scopes=[])[1] for _number in range(20)}
    assert len(keys) == 20
    assert all(len(key) > 40 for key in keys)


@pytest.mark.parametrize("key", ["", "ps_", "nonsense", "\0", "\ud800", "x" * 100_000])
def test_anything_else_opens_nothing(db, key):
    assert find_token(key) is None


def test_an_expired_key_and_one_of_a_person_who_was_shut_out_open_nothing(owner):
    _token, expired = issue_token("x", user=owner, scopes=[], expires_at=timezone.now())
    _token, valid = issue_token("x", user=owner, scopes=[], expires_at=timezone.now() + timedelta(hours=1))
    assert find_token(expired) is None
    assert find_token(valid)
    owner.is_active = False
    owner.save()
    assert find_token(valid) is None


def test_it_is_noted_when_a_key_was_used(owner, django_assert_num_queries):
    token, key = issue_token("x", user=owner, scopes=[])
    find_token(key)
    token.refresh_from_db()
    assert timezone.now() - token.last_used_at < timedelta(minutes=1)
    with django_assert_num_queries(1):  # and not with every request
        find_token(key)


def test_a_new_key_is_shown_once(client, owner):
    response = client.post("/tokens", {"name": "phone", "scopes": ["upload", "photo:read"], "days": "30"})
    key = response.context["key"]
    assert key in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert key not in client.get("/tokens").content.decode()
    token = find_token(key)
    assert (token.user, token.name, token.scopes) == (owner, "phone", ["photo:read", "upload"])
    assert timedelta(days=29) < token.expires_at - timezone.now() <= timedelta(days=30)


def test_a_key_may_last_until_it_is_revoked(client):
    client.post("/tokens", {"name": "phone", "scopes": ["upload"], "days": "0"})
    token = ApiToken.objects.get()
    assert token.expires_at is None
    response = client.post(f"/tokens/{token.pk}/revoke", follow=True)
    assert "“phone” opens nothing any more." in response.content.decode()
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    "form",
    [{"name": ""}, {"scopes": []}, {"scopes": ["everything"]}, {"days": "1000"}, {"scopes": ["admin"]}],
    ids=["no name", "no scope", "unknown scope", "too long", "for administrators"],
)
def test_a_senseless_key_is_not_made(client, form):
    response = client.post("/tokens", {"name": "phone", "scopes": ["upload"], "days": "30"} | form)
    assert response.status_code == 400
    assert not response.context["key"]
    assert not ApiToken.objects.exists()


def test_nobody_sees_or_revokes_anothers_key(client):
    other = User.objects.create_user("other")
    token, _key = issue_token("nightingale", user=other, scopes=[Scope.UPLOAD])
    assert "nightingale" not in client.get("/tokens").content.decode()
    assert client.post(f"/tokens/{token.pk}/revoke").status_code == 404
    assert ApiToken.objects.count() == 1
