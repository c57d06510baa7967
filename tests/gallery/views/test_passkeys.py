"""Passkeys: added with the password, proved instead of it or after it, and refused if anything differs."""

import json
import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from gallery.access.factor_forms import PasskeyForm
from gallery.account import OpenSession, account_of
from tests.second_factors import PRESENT, SecurityKey, give_app

PASSWORD = {"username": "anna", "password": "x"}
ADD = "/account/two-factor/passkeys/new/"


def options_in(page: Any) -> Any:
    """Return the options that a page's script passes to the browser."""
    found = re.search(r'<script id="passkey-options" type="application/json">(.*?)</script>', page.content.decode())
    assert found
    return json.loads(found[1])


def is_in(client: Client) -> bool:
    return client.get("/account").status_code == 200


def confirm(client: Client) -> None:
    assert client.post("/account/confirm/", {"password": "x"}).status_code == 302


def add(client: Client, key: SecurityKey, **changes: Any):
    """Add the passkey of `key` to the logged-in user; `name` and `flags` may differ."""
    credential = key.create(options_in(client.get(ADD)), **{k: v for k, v in changes.items() if k == "flags"})
    return client.post(ADD, {"credential": json.dumps(credential), "name": changes.get("name", "Laptop")})


def log_in(client: Client, key: SecurityKey, *, next_path: str = "", **changes: Any):
    """Log in with the passkey of `key`."""
    options = client.get("/login/passkey/", headers={"Accept": "application/json"}).json()["request_options"]
    credential = key.get(options, **changes)
    return client.post("/login/passkey/", {"credential": json.dumps(credential), "next": next_path})


@pytest.fixture
def key(owner: User) -> SecurityKey:
    """The owner's security key."""
    key, browser = SecurityKey(), Client()
    browser.force_login(owner)
    confirm(browser)
    assert add(browser, key)["Location"] == "/account/two-factor/codes/"
    return key


def test_adds_only_after_password(client, owner):
    client.force_login(owner)
    for send in (client.get, client.post):
        assert send(ADD)["Location"].startswith("/account/confirm/")
    confirm(client)
    options = options_in(client.get(ADD))["publicKey"]
    assert options["rp"]["id"] == "testserver"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"


def test_names_and_removes_passkey(client, owner, key):
    passkey = Authenticator.objects.get(type="webauthn")
    client.force_login(owner)
    assert "Laptop" in client.get("/account/two-factor/").content.decode()
    path = f"/account/two-factor/passkeys/{passkey.pk}/"
    assert client.get(path)["Location"].startswith("/account/confirm/")
    confirm(client)
    assert client.post(path, {"name": " My\u202e key "}).status_code == 302
    assert "My key" in client.get("/account/two-factor/").content.decode()
    client.post(f"{path}remove/")
    assert not Authenticator.objects.exists()
    assert log_in(Client(), key).status_code == 403


def test_unnamed_passkey_gets_number(client, owner):
    client.force_login(owner)
    confirm(client)
    add(client, SecurityKey(), name="")
    add(client, SecurityKey(), name=" ")
    assert [row.data["name"] for row in Authenticator.objects.filter(type="webauthn")] == ["Passkey 1", "Passkey 2"]


def test_hides_passkeys_of_others(client, key):
    passkey = Authenticator.objects.get(type="webauthn")
    client.force_login(User.objects.create_user("ben", password="x"))
    confirm(client)
    for path in ("", "remove/"):
        for send in (client.get, client.post):
            assert send(f"/account/two-factor/passkeys/{passkey.pk}/{path}", {"name": "y"}).status_code == 404
    assert "Laptop" not in client.get("/account/two-factor/").content.decode()


def test_logs_in_without_password_or_second_step(client, owner, key):
    account = account_of(owner)
    account.language = "zh-hans"
    account.save()
    give_app(owner)
    assert log_in(client, key, next_path="/trash")["Location"] == "/trash"
    assert is_in(client)
    assert client.cookies["django_language"].value == "zh-hans"
    assert OpenSession.objects.filter(owner=owner, session_id=client.session.session_key).exists()


def test_leads_to_no_other_host(client, key):
    assert log_in(client, key, next_path="//evil.example/")["Location"] == "/"


def test_is_second_step(client, key):
    assert client.post("/login/", PASSWORD)["Location"] == "/login/code/"
    credential = key.get(options_in(client.get("/login/code/")))
    assert client.post("/login/code/", {"credential": json.dumps(credential)})["Location"] == "/"
    assert is_in(client)


def test_confirms_user_without_password(client, owner, key):
    owner.set_unusable_password()
    owner.save()
    Authenticator.objects.filter(type="recovery_codes").delete()
    client.force_login(owner)
    asked = client.get(ADD)["Location"]
    assert asked.startswith("/account/confirm/passkey/")
    assert client.post(asked, {"credential": "{}"}).status_code == 400
    credential = key.get(options_in(client.get(asked)))
    assert client.post(asked, {"credential": json.dumps(credential), "next": ADD})["Location"] == ADD
    assert client.get(ADD).status_code == 200


def test_refuses_unverified_new_passkey(client, owner):
    client.force_login(owner)
    confirm(client)
    assert add(client, SecurityKey(), flags=PRESENT).status_code == 400
    assert not Authenticator.objects.exists()


def of_another_site(key: SecurityKey) -> None:
    key.origin = "https://evil.example"


def with_another_key(key: SecurityKey) -> None:
    key.key = SecurityKey().key


def of_unknown_user(key: SecurityKey) -> None:
    key.user_handle = b"123456"


def of_strange_user(key: SecurityKey) -> None:
    key.user_handle = b"\xff"


def with_another_id(key: SecurityKey) -> None:
    key.credential_id = bytes(32)


FORGERIES = [of_another_site, with_another_key, of_unknown_user, of_strange_user, with_another_id]


@pytest.mark.parametrize("forge", FORGERIES)
def test_refuses_forged_login(client, key, forge):
    forge(key)
    response = log_in(client, key)
    assert response.status_code == 403
    assert "This passkey is unknown here." in response.content.decode()
    assert not is_in(client)


def test_refuses_unverified_login(client, key):
    assert log_in(client, key, flags=PRESENT).status_code == 403
    assert not is_in(client)


def test_refuses_answer_to_another_challenge(client, key):
    options = Client().get("/login/passkey/", headers={"Accept": "application/json"}).json()["request_options"]
    answer = {"credential": json.dumps(key.get(options))}
    assert client.post("/login/passkey/", answer).status_code == 403
    client.get("/login/passkey/", headers={"Accept": "application/json"})
    assert client.post("/login/passkey/", answer).status_code == 403
    assert not is_in(client)


def test_refuses_replayed_answer(client, key):
    options = client.get("/login/passkey/", headers={"Accept": "application/json"}).json()["request_options"]
    answer = {"credential": json.dumps(key.get(options))}
    assert client.post("/login/passkey/", answer).status_code == 302
    client.post("/logout/")
    assert client.post("/login/passkey/", answer).status_code == 403


def test_passkey_of_another_is_no_second_step(client, key):
    other, browser = SecurityKey(), Client()
    browser.force_login(User.objects.create_user("ben", password="x"))
    confirm(browser)
    add(browser, other)
    client.post("/login/", PASSWORD)
    credential = other.get(options_in(client.get("/login/code/")))
    assert client.post("/login/code/", {"credential": json.dumps(credential)}).status_code == 400
    assert not is_in(client)


def test_refuses_deactivated_user(client, owner, key):
    owner.is_active = False
    owner.save()
    response = log_in(client, key)
    assert response.status_code == 403
    assert "This user is deactivated." in response.content.decode()
    assert not is_in(client)


def test_lockout_and_throttle_apply(client, key, settings, monkeypatch):
    monkeypatch.setattr("gallery.access.throttles.time", lambda: 1_000_000_020.0)
    settings.AXES_FAILURE_LIMIT = 1
    client.post("/login/", PASSWORD | {"password": "no"})
    assert log_in(client, key).status_code == 429
    assert not is_in(client)
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    settings.LOGINS_PER_MINUTE = 0
    assert log_in(elsewhere, key).status_code == 429
    settings.LOGINS_PER_MINUTE = 60
    assert log_in(elsewhere, key).status_code == 302


def test_offers_passkeys_in_pages(client, owner, key):
    assert 'data-source="/login/passkey/"' in client.get("/login/").content.decode()
    client.post("/login/", PASSWORD)
    assert "Use your passkey, or type one" in client.get("/login/code/").content.decode()
    assert client.get("/login/passkey/")["Location"] == "/login/"
    # The unfinished login is over; the passkey begins another.
    assert client.get("/login/code/")["Location"] == "/login/"
    assert log_in(client, key).status_code == 302


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | st.just("AAAA"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "rawId", "type", "response", "clientDataJSON", "authenticatorData", "signature", "userHandle"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


@given(anything)
def test_refuses_any_other_json(data):
    form = PasskeyForm({"credential": json.dumps(data)}, user=None)
    assert not form.is_valid()
