"""Lockout after wrong passwords and API tokens, by user name and network."""

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.utils import timezone

from gallery.access.addresses import client_network
from gallery.account import OpenSession
from search.assistant.asgi import _refusal
from tests.factories import ApiClient

LIMIT = 3
RIGHT, WRONG = {"username": "anna", "password": "x"}, {"username": "anna", "password": "guess"}


@pytest.fixture(autouse=True)
def limit(settings) -> None:
    """Use a fast password hasher."""
    settings.AXES_FAILURE_LIMIT = LIMIT


@pytest.fixture(autouse=True)
def one_minute(monkeypatch) -> None:
    """Freeze the clock of the throttles at the beginning of a minute."""
    monkeypatch.setattr("gallery.access.throttles.time", lambda: 1_000_000_020.0)


def fail(times: int = LIMIT, *, address: str = "192.0.2.1", path: str = "/login/"):
    client = Client(REMOTE_ADDR=address)
    for _attempt in range(times):
        response = client.post(path, WRONG)
    return response


@pytest.mark.parametrize("path", ["/login/", "/admin/login/"])
def test_refuses_right_password_after_too_many_failures(owner, path):
    response = fail(path=path)
    assert response.status_code == 429
    assert "Try again in 15 minutes, or ask an administrator" in response.content.decode()
    assert Client(REMOTE_ADDR="192.0.2.1").post("/login/", RIGHT).status_code == 429


@pytest.mark.parametrize("path", ["/login/", "/admin/login/"])
def test_locks_address_that_tries_many_names(owner, settings, path):
    settings.LOGINS_PER_MINUTE = 5
    client = Client(REMOTE_ADDR="192.0.2.1")
    for number in range(5):
        assert client.post(path, WRONG | {"username": f"somebody{number}"}).status_code == 200
    response = client.post(path, RIGHT)
    assert response.status_code == 429
    assert "Try again in 1 minute, or" in response.content.decode()
    assert Client(REMOTE_ADDR="192.0.2.2").post(path, RIGHT).status_code == 302


def test_lets_user_log_in_to_admin_as_another_user(client, owner):
    client.force_login(owner)
    assert client.get("/admin/", follow=True).redirect_chain == [("/admin/login/?next=/admin/", 302)]


def test_explains_lockout_in_chinese(owner):
    fail()
    client = Client(REMOTE_ADDR="192.0.2.1", headers={"Accept-Language": "zh-CN"})
    assert "15 分钟" in client.post("/login/", WRONG).content.decode()


def test_locks_only_this_user_at_this_address(owner):
    User.objects.create_user("other", password="x")
    fail()
    assert Client(REMOTE_ADDR="192.0.2.2").post("/login/", RIGHT).status_code == 302
    assert Client(REMOTE_ADDR="192.0.2.1").post("/login/", RIGHT | {"username": "other"}).status_code == 302


def test_keeps_sessions_and_tokens_during_lockout(owner):
    browser = Client(REMOTE_ADDR="192.0.2.1")
    browser.force_login(owner)
    fail()
    assert browser.get("/account").status_code == 200
    assert browser.get("/api/v1/account/").status_code == 200
    assert ApiClient(owner, REMOTE_ADDR="192.0.2.1").get("/api/v1/account/").status_code == 200


def test_throttles_address_with_wrong_tokens_only(owner, settings):
    settings.API_ANONYMOUS_PER_MINUTE, settings.TRUSTED_PROXIES = 2, 1
    right, wrong = ApiClient(owner), Client(headers={"Authorization": "Bearer ps_guess"})

    def statuses(client: Client, address: str) -> set[int]:
        return {client.get("/api/v1/account/", headers={"X-Forwarded-For": address}).status_code for _try in range(4)}

    assert statuses(wrong, "192.0.2.1") == {401, 429}
    assert statuses(right, "192.0.2.1") == {200}
    assert statuses(wrong, "192.0.2.2") == {401, 429}


def test_resets_count_after_right_password(owner):
    for _round in range(2):
        fail(LIMIT - 1)
        assert Client(REMOTE_ADDR="192.0.2.1").post("/login/", RIGHT).status_code == 302


def test_ends_lockout_after_some_time(owner, settings):
    fail()
    AccessAttempt.objects.update(attempt_time=timezone.now() - settings.AXES_COOLOFF_TIME)
    assert Client(REMOTE_ADDR="192.0.2.1").post("/login/", RIGHT).status_code == 302


def test_lets_administrator_unlock_users(owner, client):
    fail()
    client.force_login(User.objects.create_superuser("root"))
    data = {"action": "unlock", "_selected_action": [owner.pk]}
    page = client.post("/admin/auth/user/", data, follow=True).content.decode()
    assert "Users unlocked." in page
    assert Client(REMOTE_ADDR="192.0.2.1").post("/login/", RIGHT).status_code == 302


# Addresses of one client, one after the other, and one of another client.
CLIENTS = {
    "IPv4": (["192.0.2.1"] * 4, "192.0.2.2"),
    "IPv6 of one network": (["2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:0:a::", "2001:DB8::9"], "2001:db8:0:1::1"),
    "IPv4 within IPv6": (["::ffff:192.0.2.1", "192.0.2.1", "::FFFF:C000:201", "::ffff:192.0.2.1"], "::ffff:192.0.2.2"),
    "link-local": (["fe80::1%eth0", "fe80::2%eth0", "fe80::3%eth1", "fe80::4"], "fe80:0:0:1::1"),
}
NEW = "lanterns-over-the-river"


def log_in(address: str) -> int:
    return Client().post("/login/", WRONG, headers={"X-Forwarded-For": address}).status_code


def log_in_under_many_names(address: str) -> int:
    name = f"somebody{AccessAttempt.objects.count()}"
    return Client().post("/login/", WRONG | {"username": name}, headers={"X-Forwarded-For": address}).status_code


def log_in_to_the_administration(address: str) -> int:
    return Client().post("/admin/login/", WRONG, headers={"X-Forwarded-For": address}).status_code


def change_password(address: str, *, old: str = "guess", path: str = "/password/", new: str = NEW):
    client = Client(headers={"X-Forwarded-For": address})
    client.force_login(User.objects.get(username="anna"))
    return client.post(path, {"old_password": old, "new_password1": new, "new_password2": new})


def send_wrong_token(address: str) -> int:
    client = Client(headers={"Authorization": "Bearer ps_guess", "X-Forwarded-For": address})
    return client.get("/api/v1/account/").status_code


def send_no_token(address: str) -> int:
    return Client(headers={"X-Forwarded-For": address}).get("/api/v1/account/").status_code


def ask_as_assistant(address: str) -> int:
    request = RequestFactory().post("/mcp", headers={"Authorization": "Bearer ps_guess", "X-Forwarded-For": address})
    return _refusal(request).status_code


DOORS = {
    "login": log_in,
    "login under many names": log_in_under_many_names,
    "administration": log_in_to_the_administration,
    "password": lambda address: change_password(address).status_code,
    "administration's password": lambda address: change_password(address, path="/admin/password_change/").status_code,
    "wrong token": send_wrong_token,
    "no token": send_no_token,
    "assistant": ask_as_assistant,
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("addresses", "elsewhere"), CLIENTS.values(), ids=CLIENTS)
def test_counts_client_at_every_door_by_network(owner, settings, monkeypatch, door, addresses, elsewhere):
    settings.TRUSTED_PROXIES = 1
    settings.API_ANONYMOUS_PER_MINUTE = settings.LOGINS_PER_MINUTE = LIMIT
    monkeypatch.setattr("search.assistant.asgi.close_old_connections", lambda: None)
    first, *_others, last = [DOORS[door](address) for address in addresses]
    assert first != 429
    assert last == 429
    if "password" in door:
        cache.clear()  # The person's own limit, which applies to all addresses.
    assert DOORS[door](elsewhere) == first


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("::1", "::"),
        ("nonsense", "0.0.0.0"),  # noqa: S104
        ("", "0.0.0.0"),  # noqa: S104
    ],
)
def test_names_network_of_address(rf, address, network):
    assert client_network(rf.get("/", REMOTE_ADDR=address)) == network


def test_lists_full_address_of_session(owner):
    for address in ("2001:db8::17", "::ffff:192.0.2.1"):
        Client(REMOTE_ADDR=address).post("/login/", RIGHT)
    assert set(OpenSession.objects.values_list("ip_address", flat=True)) == {"2001:db8::17", "192.0.2.1"}


@pytest.mark.parametrize("path", ["/password/", "/admin/password_change/"])
def test_locks_password_page_after_wrong_old_passwords(owner, path):
    for _guess in range(LIMIT - 1):
        response = change_password("", path=path)
        assert response.status_code == 200
        assert "old password was entered incorrectly" in response.content.decode()
    response = change_password("", path=path)
    assert response.status_code == 429
    assert response["Retry-After"] == "900"
    assert "Try again in 15 minutes" in response.content.decode()
    # The correct one does not help either, here or at the login.
    assert change_password("", old="x", path=path).status_code == 429
    assert Client().post("/login/", RIGHT).status_code == 429
    assert User.objects.get().check_password("x")


def test_limits_guesses_in_one_session_from_many_addresses(owner, settings):
    settings.TRUSTED_PROXIES = 1
    statuses = [change_password(f"192.0.2.{number}").status_code for number in range(LIMIT + 1)]
    assert statuses == [200] * LIMIT + [429]
    response = change_password("192.0.2.99", old="x")
    assert (response.status_code, response["Retry-After"]) == (429, "60")
    assert User.objects.get().check_password("x")


def test_counts_wrong_old_passwords_and_wrong_logins_together(owner):
    fail(LIMIT - 1, address="127.0.0.1")
    assert change_password("").status_code == 429


def test_forgets_failures_when_password_is_changed(owner):
    assert change_password("").status_code == 200
    assert change_password("", old="x").status_code == 302
    assert not AccessAttempt.objects.exists()
    assert User.objects.get().check_password(NEW)


def test_keeps_only_this_session_when_password_is_changed(owner):
    here, there = Client(), Client()
    for client in (here, there):
        client.post("/login/", RIGHT)
    before = here.session.session_key
    here.post("/password/", {"old_password": "x", "new_password1": NEW, "new_password2": NEW})
    assert here.session.session_key != before
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 302


def test_records_no_password_of_failed_attempt(owner):
    change_password("", old="almost-right-password")
    recorded = str(list(AccessAttempt.objects.values()))
    assert "almost-right-password" not in recorded
    assert NEW not in recorded


def test_says_when_to_retry_after_too_many_logins(owner, settings):
    assert fail()["Retry-After"] == "900"
    settings.LOGINS_PER_MINUTE = 0
    response = Client(REMOTE_ADDR="192.0.2.9").post("/login/", RIGHT)
    assert (response.status_code, response["Retry-After"]) == (429, "60")
