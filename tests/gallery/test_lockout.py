"""Guessing passwords: after some failures nobody logs in from that address for a while, whatever the password."""

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from tests.keys import Program

LIMIT = 3
RIGHT, WRONG = {"username": "anna", "password": "x"}, {"username": "anna", "password": "guess"}


@pytest.fixture(autouse=True)
def limit(settings) -> None:
    """Hashing passwords takes long."""
    settings.AXES_FAILURE_LIMIT = LIMIT


@pytest.fixture(autouse=True)
def one_minute(monkeypatch) -> None:
    """What is counted by the minute is counted in one, which has just begun."""
    monkeypatch.setattr("gallery.access.throttles.time", lambda: 1_000_000_020.0)


def fail(times: int = LIMIT, *, address: str = "192.0.2.1", path: str = "/login/"):
    client = Client(REMOTE_ADDR=address)
    for _attempt in range(times):
        response = client.post(path, WRONG)
    return response


@pytest.mark.parametrize("path", ["/login/", "/admin/login/"])
def test_after_too_many_failures_the_right_password_does_not_help(owner, path):
    response = fail(path=path)
    assert response.status_code == 429
    assert "was wrong too often. Try again in 15 minutes" in response.content.decode()
    assert Client(REMOTE_ADDR="192.0.2.1").post("/login/", RIGHT).status_code == 429


@pytest.mark.parametrize("path", ["/login/", "/admin/login/"])
def test_an_address_that_tries_many_names_has_to_wait_too(owner, settings, path):
    settings.LOGINS_PER_MINUTE = 5
    client = Client(REMOTE_ADDR="192.0.2.1")
    for number in range(5):
        assert client.post(path, WRONG | {"username": f"somebody{number}"}).status_code == 200
    response = client.post(path, RIGHT)
    assert response.status_code == 429
    assert "Try again in 1 minute." in response.content.decode()
    assert Client(REMOTE_ADDR="192.0.2.2").post(path, RIGHT).status_code == 302


def test_who_is_no_administrator_may_log_in_as_another_for_the_administration(client, owner):
    client.force_login(owner)
    assert client.get("/admin/", follow=True).redirect_chain == [("/admin/login/?next=/admin/", 302)]


def test_it_is_said_in_chinese_too(owner):
    fail()
    client = Client(REMOTE_ADDR="192.0.2.1", headers={"Accept-Language": "zh-CN"})
    assert "15 分钟" in client.post("/login/", WRONG).content.decode()


def test_the_same_person_elsewhere_and_others_here_are_not_locked_out(owner):
    User.objects.create_user("other", password="x")
    fail()
    assert Client(REMOTE_ADDR="192.0.2.2").post("/login/", RIGHT).status_code == 302
    assert Client(REMOTE_ADDR="192.0.2.1").post("/login/", RIGHT | {"username": "other"}).status_code == 302


def test_what_is_open_already_goes_on_and_keys_do_not_care(owner):
    browser = Client(REMOTE_ADDR="192.0.2.1")
    browser.force_login(owner)
    fail()
    assert browser.get("/account").status_code == 200
    assert browser.get("/api/v1/account/").status_code == 200
    assert Program(owner, REMOTE_ADDR="192.0.2.1").get("/api/v1/account/").status_code == 200


def test_wrong_keys_lock_their_address_out_and_no_right_one(owner, settings):
    settings.API_ANONYMOUS_PER_MINUTE, settings.TRUSTED_PROXIES = 2, 1
    right, wrong = Program(owner), Client(headers={"Authorization": "Bearer ps_guess"})

    def statuses(client: Client, address: str) -> set[int]:
        return {client.get("/api/v1/account/", headers={"X-Forwarded-For": address}).status_code for _try in range(4)}

    assert statuses(wrong, "192.0.2.1") == {401, 429}
    assert statuses(right, "192.0.2.1") == {200}
    assert statuses(wrong, "192.0.2.2") == {401, 429}


def test_a_right_password_before_the_limit_is_a_new_beginning(owner):
    for _round in range(2):
        fail(LIMIT - 1)
        assert Client(REMOTE_ADDR="192.0.2.1").post("/login/", RIGHT).status_code == 302


def test_the_lockout_ends_by_itself(owner, settings):
    fail()
    AccessAttempt.objects.update(attempt_time=timezone.now() - settings.AXES_COOLOFF_TIME)
    assert Client(REMOTE_ADDR="192.0.2.1").post("/login/", RIGHT).status_code == 302


def test_an_administrator_lets_people_in_again(owner, client):
    fail()
    client.force_login(User.objects.create_superuser("root"))
    data = {"action": "unlock", "_selected_action": [owner.pk]}
    page = client.post("/admin/auth/user/", data, follow=True).content.decode()
    assert "They can log in again." in page
    assert Client(REMOTE_ADDR="192.0.2.1").post("/login/", RIGHT).status_code == 302
