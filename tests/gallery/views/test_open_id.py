"""Logging in through an OpenID Connect provider: only verified subjects get in, and only as their own user."""

import re
from collections.abc import Iterator
from html import unescape
from time import time
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.test import Client

from gallery.account import OpenSession
from tests.open_id_provider import CLIENT, SECRET, OpenIdProvider, open_id_provider, private_key
from tests.second_factors import code_of, give_app

LOGIN, CALLBACK = "/login/openid/", "/login/openid/callback/"
UNCONFIRMED = "Our house did not confirm who you are."


@pytest.fixture
def provider(settings) -> Iterator[OpenIdProvider]:
    """A provider that the settings name."""
    with open_id_provider() as provider:
        settings.OIDC_ISSUER = provider.issuer + "/"
        settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT, SECRET
        settings.OIDC_NAME = "Our house"
        yield provider


@pytest.fixture
def connected(provider: OpenIdProvider, owner: User) -> User:
    """The owner, connected with the provider's person."""
    SocialAccount.objects.create(user=owner, provider=provider.issuer, uid="4711")
    return owner


def log_in(client: Client, provider: OpenIdProvider, *, path: str = LOGIN, **changes: str):
    """Log in at the provider and come back, with changed parameters."""
    return client.get(CALLBACK, provider.authorize(client.get(path)["Location"]) | changes)


def is_in(client: Client) -> bool:
    return client.get("/account").status_code == 200


def test_has_no_addresses_without_settings(client, owner):
    for path in (LOGIN, CALLBACK):
        assert client.get(path).status_code == 404
    assert "openid" not in client.get("/login/").content.decode()
    client.force_login(owner)
    assert client.get("/account/openid/").status_code == 404
    assert "openid" not in client.get("/account").content.decode()


def test_logs_in_connected_user(client, provider, connected):
    page = unescape(client.get("/login/?next=/trash").content.decode())
    assert 'href="/login/openid/?next=/trash"' in page
    assert "Log in with Our house" in page
    assert log_in(client, provider, path=f"{LOGIN}?next=/trash")["Location"] == "/trash"
    assert is_in(client)
    assert OpenSession.objects.get(owner=connected).session_id == client.session.session_key


def test_policy_allows_no_other_host(client, provider):
    policy = client.get("/login/")["Content-Security-Policy"]
    assert "form-action 'self'" in policy
    assert provider.issuer not in policy


def test_leads_to_no_other_host(client, provider, connected):
    assert log_in(client, provider, path=f"{LOGIN}?next=https://evil.example/")["Location"] == "/"


def test_asks_for_second_factor(client, provider, connected):
    give_app(connected)
    assert log_in(client, provider, path=f"{LOGIN}?next=/trash")["Location"] == "/login/code/"
    assert not is_in(client)
    assert client.post("/login/code/", {"code": code_of()})["Location"] == "/trash"
    assert is_in(client)


def test_refuses_unknown_subject_of_known_address(client, provider, owner):
    """An e-mail address or a name is no proof, not even a verified one."""
    owner.email = "anna@example.org"
    owner.save()
    provider.person |= {"email": "anna@example.org", "email_verified": True, "preferred_username": "anna"}
    response = log_in(client, provider)
    assert response.status_code == 403
    assert "No user is connected with this account." in response.content.decode()
    assert not is_in(client)
    assert not SocialAccount.objects.exists()


def test_same_subject_of_another_issuer_is_another_person(client, provider, owner):
    SocialAccount.objects.create(user=owner, provider="https://other.example", uid="4711")
    assert log_in(client, provider).status_code == 403


def test_refuses_deactivated_user(client, provider, connected):
    connected.is_active = False
    connected.save()
    response = log_in(client, provider)
    assert response.status_code == 403
    assert "This user is deactivated." in response.content.decode()
    assert not is_in(client)


def test_lockout_and_throttle_apply(client, provider, connected, settings, monkeypatch):
    monkeypatch.setattr("gallery.access.throttles.time", lambda: 1_000_000_020.0)
    settings.AXES_FAILURE_LIMIT = 1
    client.post("/login/", {"username": "anna", "password": "no"})
    assert log_in(client, provider).status_code == 429
    settings.LOGINS_PER_MINUTE = 0
    assert client.get(LOGIN).status_code == 429
    assert client.get(CALLBACK).status_code == 429
    assert not is_in(client)


def other_key(provider: OpenIdProvider) -> None:
    provider.signing_key = private_key("of another")


def unsigned(provider: OpenIdProvider) -> None:
    provider.signing_key, provider.algorithm = None, "none"


def signed_with_client_secret(provider: OpenIdProvider) -> None:
    provider.signing_key, provider.algorithm = SECRET * 8, "HS256"


def unknown_key(provider: OpenIdProvider) -> None:
    provider.key_id = "2"


def claims(**changes: Any):
    return lambda provider: provider.changed_claims.update(changes)


def discovery(**changes: Any):
    return lambda provider: provider.discovery.update(changes)


WRONG = {
    "other key": other_key,
    "unsigned": unsigned,
    "signed with client secret": signed_with_client_secret,
    "unknown key": unknown_key,
    "other issuer in token": claims(iss="https://evil.example"),
    "other audience": claims(aud="another"),
    "several audiences for another": claims(aud=[CLIENT, "another"], azp="another"),
    "expired": claims(exp=int(time()) - 3600),
    "never expires": claims(exp=None),
    "issued in future": claims(iat=int(time()) + 3600),
    "other nonce": claims(nonce="guess"),
    "no nonce": claims(nonce=None),
    "no subject": claims(sub=None),
    "other issuer in discovery": discovery(issuer="https://evil.example"),
    "keys at another host without encryption": discovery(jwks_uri="http://keys.example/"),
    "no token endpoint": discovery(token_endpoint=None),
    "token endpoint fails": discovery(token_endpoint="http://localhost:9/"),
    "information of another": lambda provider: provider.information.update(sub="1"),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_refuses_wrong_answers(client, provider, connected, change):
    back = provider.authorize(client.get(LOGIN)["Location"])
    change(provider)
    response = client.get(CALLBACK, back)
    assert response.status_code == 403
    assert UNCONFIRMED in response.content.decode()
    assert not is_in(client)


PARAMETERS = {
    "other state": {"state": "guess"},
    "other code": {"code": "guess"},
    "other issuer": {"iss": "https://evil.example"},
    "nothing": None,
    "cancelled": {"error": "access_denied", "code": None},
}


@pytest.mark.parametrize("changes", PARAMETERS.values(), ids=PARAMETERS)
def test_refuses_wrong_parameters(client, provider, connected, changes):
    back = provider.authorize(client.get(LOGIN)["Location"])
    sent = {} if changes is None else {k: v for k, v in (back | changes).items() if v is not None}
    assert UNCONFIRMED in client.get(CALLBACK, sent).content.decode()
    assert not is_in(client)


def test_refuses_answer_in_another_browser_or_twice(client, provider, connected):
    back = provider.authorize(client.get(LOGIN)["Location"])
    assert Client().get(CALLBACK, back).status_code == 403
    assert client.get(CALLBACK, back).status_code == 302
    client.post("/logout/")
    assert client.get(CALLBACK, back).status_code == 403


def test_explains_provider_that_is_down(client, settings):
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_NAME = "http://localhost:9", CLIENT, "Our house"
    assert UNCONFIRMED in client.get(LOGIN).content.decode()
    settings.OIDC_ISSUER = "http://id.example.org"
    assert UNCONFIRMED in client.get(LOGIN).content.decode()


@pytest.mark.django_db
class TestNewUsers:
    """Unknown people get a user only if the settings say so."""

    @pytest.fixture(autouse=True)
    def creation(self, settings) -> None:
        settings.OIDC_CREATES_USERS = True

    @pytest.mark.parametrize("is_verified", [True, False, None])
    def test_creates_user_once(self, client, provider, is_verified):
        provider.person |= {"email": "anna@example.org", "email_verified": is_verified}
        for browser in (client, Client()):
            assert log_in(browser, provider)["Location"] == "/"
            assert is_in(browser)
        user = User.objects.get()
        assert (user.username, user.email) == ("anna.k", "anna@example.org" if is_verified else "")
        assert not user.has_usable_password()
        assert not user.is_staff
        assert not user.is_superuser

    @pytest.mark.parametrize(
        ("stated", "name"),
        [
            ({"preferred_username": "ANNA.K"}, "ANNA.K-2"),
            ({"preferred_username": "a b/<c>"}, "a-b-c"),
            ({"preferred_username": "安娜"}, "安娜"),
            ({"preferred_username": "x" * 500}, "x" * 140),
            ({"preferred_username": None, "name": "!"}, "user"),
            ({"preferred_username": ["a"]}, "a"),
        ],
    )
    def test_finds_free_name(self, client, provider, stated, name):
        User.objects.create_user("anna.k")
        provider.person |= stated
        log_in(client, provider)
        assert User.objects.latest("pk").username == name

    def test_takes_over_no_user_of_same_address(self, client, provider):
        existing = User.objects.create_superuser("anna.k", email="anna@example.org")
        provider.person |= {"email": "anna@example.org", "email_verified": True}
        log_in(client, provider)
        user = SocialAccount.objects.get().user
        assert user != existing
        assert not user.is_superuser

    DOMAINS = {
        "allowed": ({"email": "a@Example.org", "email_verified": True}, True),
        "another": ({"email": "a@evil.example", "email_verified": True}, False),
        "unverified": ({"email": "a@example.org"}, False),
        "suffix": ({"email": "a@evilexample.org", "email_verified": True}, False),
        "two signs": ({"email": "a@example.org@evil.example", "email_verified": True}, False),
        "none": ({}, False),
    }

    @pytest.mark.parametrize(("stated", "enters"), DOMAINS.values(), ids=DOMAINS)
    def test_admits_domains(self, client, provider, settings, stated, enters):
        settings.OIDC_EMAIL_DOMAINS = ["example.org"]
        provider.information = stated
        response = log_in(client, provider)
        assert is_in(client) is enters
        assert enters or "has no access here" in response.content.decode()

    def test_verification_of_other_source_does_not_count(self, client, provider, settings):
        settings.OIDC_EMAIL_DOMAINS = ["example.org"]
        provider.person |= {"email": "a@example.org"}
        provider.information = {"email": "b@evil.example", "email_verified": True}
        assert log_in(client, provider).status_code == 403

    @pytest.mark.parametrize(
        ("groups", "enters"), [(["photos", "x"], True), ("photos", True), (["photosx"], False), (None, False)]
    )
    def test_admits_claim(self, client, provider, settings, groups, enters):
        settings.OIDC_REQUIRED_CLAIM = "groups=photos"
        provider.person["groups"] = groups
        log_in(client, provider)
        assert is_in(client) is enters

    def test_user_without_password_proves_login_again(self, client, provider):
        log_in(client, provider)
        assert client.get("/account/two-factor/app/").status_code == 200
        User.objects.update(last_login="2020-01-01T00:00Z")
        asked = client.get("/account/two-factor/app/")["Location"]
        assert asked.startswith(LOGIN)
        address = client.get(asked)["Location"]
        assert "prompt=login" in address
        assert client.get(CALLBACK, provider.authorize(address))["Location"] == "/account/two-factor/app/"
        assert client.get("/account/two-factor/app/").status_code == 200


def connect(client: Client, provider: OpenIdProvider):
    client.post("/account/confirm/", {"password": "x"})
    page = unescape(client.get("/account/openid/").content.decode())
    address = re.search(rf'href="({provider.issuer}/authorize[^"]+)"', page)
    assert address
    return client.get(CALLBACK, provider.authorize(address[1]), follow=True).content.decode()


def test_connects_and_disconnects(client, provider, owner):
    client.force_login(owner)
    assert client.get("/account/openid/")["Location"].startswith("/account/confirm/")
    assert "Connected. You can log in with Our house now." in connect(client, provider)
    browser = Client()
    log_in(browser, provider)
    assert browser.get("/account").context["user"] == owner
    client.post("/account/openid/remove/")
    assert not SocialAccount.objects.exists()
    assert log_in(Client(), provider).status_code == 403


def test_keeps_only_way_in(client, provider, connected):
    connected.set_unusable_password()
    connected.save()
    log_in(client, provider)
    page = client.post("/account/openid/remove/", follow=True).content.decode()
    assert "Set a password or add a passkey first" in page
    assert SocialAccount.objects.exists()


def test_connects_no_identity_of_another(client, provider, connected):
    client.force_login(User.objects.create_user("ben", password="x"))
    assert "Another user is connected with this account already." in connect(client, provider)
    assert SocialAccount.objects.get().user == connected


def test_connects_only_user_who_began(client, provider, owner):
    client.force_login(owner)
    client.post("/account/confirm/", {"password": "x"})
    page = unescape(client.get("/account/openid/").content.decode())
    address = re.search(r'href="(http[^"]+/authorize[^"]+)"', page)
    assert address
    session = client.session
    states = session["socialaccount_states"]
    client.force_login(User.objects.create_user("ben"))
    session = client.session
    session["socialaccount_states"] = states
    session.save()
    assert UNCONFIRMED in client.get(CALLBACK, provider.authorize(address[1])).content.decode()
    assert not SocialAccount.objects.exists()


def test_shows_no_identities_in_administration(client, connected):
    client.force_login(User.objects.create_superuser("root"))
    for name in ("socialaccount", "socialapp", "socialtoken"):
        assert client.get(f"/admin/socialaccount/{name}/").status_code == 404
