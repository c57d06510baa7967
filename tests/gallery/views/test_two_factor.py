"""Two-factor login: no way in without the second factor, and the pages that set it up."""

import logging
import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from gallery.access.second_factor import SecondFactor
from gallery.account import OpenSession, account_of
from gallery.users.password_links import link_of
from tests.factories import ApiClient
from tests.second_factors import SECRET, code_of, give_app, read_secret, wrong_code

PASSWORD = {"username": "anna", "password": "x"}
NEW = {"new_password1": "lanterns-over-the-river", "new_password2": "lanterns-over-the-river"}


def is_in(client: Client) -> bool:
    return client.get("/account").status_code == 200


@pytest.fixture
def codes(owner: User) -> list[str]:
    """Recovery codes of the owner, who has an app, too."""
    return give_app(owner)


def by_password(client: Client):
    return client.post("/login/", PASSWORD)


def by_administration(client: Client):
    return client.post("/admin/login/", PASSWORD)


def by_link(client: Client):
    path = "/" + link_of(User.objects.get(username="anna")).split("/", 3)[3]
    return client.post(client.get(path)["Location"], NEW)


def as_another_user(client: Client):
    client.force_login(User.objects.create_user("ben"))
    return client.post("/admin/login/", PASSWORD)


FIRST_STEPS = {
    "login": by_password,
    "administration": by_administration,
    "link": by_link,
    "another user": as_another_user,
}


@pytest.mark.parametrize("first_step", FIRST_STEPS)
def test_asks_for_code_after_every_first_step(client, owner, codes, first_step):
    response = FIRST_STEPS[first_step](client)
    assert (response.status_code, response["Location"]) == (302, "/login/code/")
    assert not is_in(client)
    assert client.get("/api/v1/account/").status_code == 401
    assert not OpenSession.objects.filter(owner=owner).exists()
    page = client.get("/login/code/").content.decode()
    assert 'autocomplete="one-time-code"' in page
    assert "<script>" not in page
    assert client.post("/login/code/", {"code": code_of()}).status_code == 302
    assert is_in(client)
    assert OpenSession.objects.get(owner=owner).session_id == client.session.session_key


def test_logs_in_without_second_factor(client, owner):
    assert by_password(client)["Location"] == "/"
    assert is_in(client)
    assert client.get("/login/code/")["Location"] == "/"


def test_keeps_destination_and_preferences(client, owner, codes):
    account = account_of(owner)
    account.language = "zh-hans"
    account.save()
    client.post("/login/?next=/trash", PASSWORD | {"next": "/trash"})
    assert "django_language" not in client.cookies
    assert client.post("/login/code/", {"code": code_of()})["Location"] == "/trash"
    assert client.cookies["django_language"].value == "zh-hans"


def test_refuses_foreign_destination(client, owner, codes):
    client.post("/login/?next=//evil.example/", PASSWORD | {"next": "//evil.example/"})
    assert client.post("/login/code/", {"code": code_of()})["Location"] == "/"


@pytest.mark.parametrize(
    "data", [{}, {"code": ""}, {"code": "1"}, {"code": "١٢٣٤٥٦"}, {"code": "0" * 5000}, {"credential": "{}"}]
)
def test_refuses_wrong_codes(client, owner, codes, data):
    by_password(client)
    assert client.post("/login/code/", data).status_code == 400
    assert not is_in(client)


@pytest.mark.parametrize("periods", [-1, 1], ids=["late", "early"])
def test_tolerates_clock_half_a_minute_off(client, owner, codes, periods):
    by_password(client)
    client.post("/login/code/", {"code": code_of(periods=periods)})
    assert is_in(client)


def test_accepts_each_code_once(client, owner, codes):
    for code in (code_of(), codes[0]):
        for expected in (True, False):
            browser = Client()
            by_password(browser)
            browser.post("/login/code/", {"code": f" {code[:3]} {code[3:]} "})
            assert is_in(browser) is expected


def test_second_step_needs_first(client, owner, codes):
    assert client.get("/login/code/")["Location"] == "/login/"
    assert client.post("/login/code/", {"code": code_of()})["Location"] == "/login/"
    assert not is_in(client)


@pytest.mark.parametrize("change", ["password", "deactivated", "time"])
def test_ends_unfinished_login(client, owner, codes, monkeypatch, change):
    by_password(client)
    if change == "password":
        owner.set_password("other")
    elif change == "deactivated":
        owner.is_active = False
    else:
        session = client.session
        session["account_login"] = session["account_login"] | {"initiated_at": 1.0}
        session.save()
    owner.save()
    assert client.post("/login/code/", {"code": code_of()})["Location"] == "/login/"
    assert not is_in(client)


@pytest.mark.usefixtures("codes")
class TestLockout:
    """Wrong codes count like wrong passwords."""

    @pytest.fixture(autouse=True)
    def limit(self, settings) -> None:
        settings.AXES_FAILURE_LIMIT = 3

    def test_locks_user_at_address(self):
        client = Client(REMOTE_ADDR="192.0.2.1")
        by_password(client)
        answers = [client.post("/login/code/", {"code": wrong_code()}) for _try in range(3)]
        assert [answer.status_code for answer in answers] == [400, 400, 429]
        assert answers[-1]["Retry-After"] == "900"
        assert client.post("/login/code/", {"code": code_of()}).status_code == 429
        assert by_password(Client(REMOTE_ADDR="192.0.2.1")).status_code == 429
        assert not is_in(client)

    def test_right_password_forgets_no_wrong_code(self):
        for number in range(3):
            client = Client(REMOTE_ADDR="192.0.2.1")
            assert by_password(client).status_code == 302
            answer = client.post("/login/code/", {"code": wrong_code()})
            assert answer.status_code == (429 if number == 2 else 400)

    def test_locks_user_tried_from_many_addresses(self):
        for number in range(10):
            client = Client(REMOTE_ADDR=f"192.0.2.{number}")
            by_password(client)
            assert client.post("/login/code/", {"code": wrong_code()}).status_code == 400
        client = Client(REMOTE_ADDR="192.0.2.99")
        by_password(client)
        answer = client.post("/login/code/", {"code": code_of()})
        assert "Too many wrong codes. Try again in 15 minutes." in answer.content.decode()
        assert not is_in(client)

    def test_throttles_address(self, settings, monkeypatch):
        monkeypatch.setattr("gallery.access.throttles.time", lambda: 1_000_000_020.0)
        client = Client(REMOTE_ADDR="192.0.2.1")
        by_password(client)
        settings.LOGINS_PER_MINUTE = 1
        assert client.post("/login/code/", {"code": code_of()}).status_code == 429

    @pytest.mark.parametrize("path", ["/account/confirm/", "/account/confirm/code/"])
    def test_locks_confirmation(self, client, owner, path):
        client.force_login(owner)
        answers = [client.post(path, {"password": "no", "code": wrong_code()}).status_code for _try in range(3)]
        assert answers[:2] == [400, 400]
        assert answers[2] == 429
        assert AccessAttempt.objects.filter(username="anna").exists()


def confirm(client: Client, path: str):
    """Open a page of the login settings, with the password typed again."""
    asked = client.get(path)
    assert asked["Location"] == f"/account/confirm/?next={path.replace('/', '%2F')}"
    return client.post(asked["Location"], {"password": "x", "next": path}, follow=True)


def test_sets_up_app(client, owner):
    client.force_login(owner)
    assert "Off: the password is enough" in client.get("/account").content.decode()
    page = confirm(client, "/account/two-factor/app/").content.decode()
    secret = read_secret(page)
    assert "data:image/svg+xml;base64," in page
    assert client.post("/account/two-factor/app/", {"code": "000000"}).status_code == 400
    answer = client.post("/account/two-factor/app/", {"code": code_of(secret)})
    assert answer["Location"] == "/account/two-factor/codes/"
    page = client.get("/account/two-factor/codes/").content.decode()
    codes = re.findall(r"<code>(\d{8})</code>", page)
    assert len(set(codes)) == 10
    link = re.search(r'href="(data:text/plain[^"]+)"', page)
    assert link
    assert all(code in unquote(link[1]) for code in codes)
    assert "Two-factor login is on." in page
    # Never again, on no page.
    for path in ("/account/two-factor/codes/", "/account/two-factor/", "/account"):
        page = client.get(path).content.decode()
        assert not any(code in page for code in codes)
        assert secret not in page
    browser = Client()
    by_password(browser)
    browser.post("/login/code/", {"code": codes[3]})
    assert is_in(browser)
    assert "9 codes are unused" in client.get("/account/two-factor/").content.decode()


def test_refuses_app_without_password(client, owner):
    client.force_login(owner)
    for path in ("app/", "codes/new/"):
        for send in (client.get, client.post):
            assert send(f"/account/two-factor/{path}")["Location"].startswith("/account/confirm/")
    assert client.post("/account/confirm/?next=/account/two-factor/app/", {"password": "no"}).status_code == 400
    assert not Authenticator.objects.exists()


def test_replaces_recovery_codes(client, owner, codes):
    client.force_login(owner)
    confirm(client, "/account/two-factor/codes/new/")
    page = client.post("/account/two-factor/codes/new/", follow=True).content.decode()
    new = re.findall(r"<code>(\d{8})</code>", page)
    assert len(new) == 10
    assert not set(new) & set(codes)
    browser = Client()
    by_password(browser)
    assert browser.post("/login/code/", {"code": codes[0]}).status_code == 400


def test_turns_app_off(client, owner, codes):
    client.force_login(owner)
    assert 'method="post"' in confirm(client, "/account/two-factor/app/off/").content.decode()
    client.post("/account/two-factor/app/off/")
    assert not Authenticator.objects.exists()
    browser = Client()
    by_password(browser)
    assert is_in(browser)


def test_turns_off_by_code_without_password(client, owner, codes):
    """Users who log in another way have no password."""
    owner.set_unusable_password()
    owner.save()
    client.force_login(owner)
    asked = client.get("/account/two-factor/app/off/")["Location"]
    assert asked.startswith("/account/confirm/code/")
    assert client.post(asked, {"code": wrong_code()}).status_code == 400
    answer = client.post(asked, {"code": code_of(), "next": "/account/two-factor/app/off/"})
    assert answer["Location"] == "/account/two-factor/app/off/"
    client.post("/account/two-factor/app/off/")
    assert not Authenticator.objects.exists()


@pytest.mark.usefixtures("codes")
class TestSecrets:
    """Secrets in the database are encrypted."""

    def test_stores_ciphertext(self, codes):
        stored = str(list(Authenticator.objects.values_list("data", flat=True)))
        assert SECRET not in stored
        assert not any(code in stored for code in codes)

    def test_key_change_locks_out_with_reason(self, client, codes, settings):
        settings.SECRET_KEY = "another"
        by_password(client)
        for code in (code_of(), codes[0]):
            answer = client.post("/login/code/", {"code": code})
            assert answer.status_code == 400
            assert "SECRET_KEY has changed" in answer.content.decode()
        assert not is_in(client)

    def test_old_key_may_decrypt(self, client, settings):
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another"
        by_password(client)
        client.post("/login/code/", {"code": code_of()})
        assert is_in(client)

    def test_encrypts_differently_each_time(self):
        assert SecondFactor().encrypt("a") != SecondFactor().encrypt("a")
        assert SecondFactor().decrypt(SecondFactor().encrypt("密")) == "密"


def test_keeps_tokens_and_other_sessions(client, owner, codes):
    assert ApiClient(owner).get("/api/v1/account/").status_code == 200
    here, there = Client(), Client()
    for number, browser in enumerate((here, there)):
        by_password(browser)
        browser.post("/login/code/", {"code": codes[number]})
    here.post("/account/sessions/end")
    assert is_in(here)
    assert not is_in(there)


def test_administrator_removes_second_factor(client, owner, codes, caplog):
    root = User.objects.create_superuser("root")
    client.force_login(root)
    page = client.get(f"/users/{owner.pk}").content.decode()
    assert "Remove second factor" in page
    assert "two-factor" in client.get("/users").content.decode()
    with caplog.at_level(logging.WARNING):
        client.post(f"/users/{owner.pk}/second-factor/remove")
    assert "root removed the second factor of anna." in caplog.text
    assert LogEntry.objects.get().user == root
    assert not Authenticator.objects.exists()
    assert "Remove second factor" not in client.get(f"/users/{owner.pk}").content.decode()
    assert client.post("/users/0/second-factor/remove").status_code == 404


def test_refuses_removal_of_own_factor_and_by_others(client, owner, codes):
    path = f"/users/{owner.pk}/second-factor/remove"
    client.force_login(User.objects.create_user("ben", is_staff=True))
    assert client.post(path).status_code == 403
    owner.is_staff = owner.is_superuser = True
    owner.save()
    client.force_login(owner)
    assert "on the page of your account" in client.post(path, follow=True).content.decode()
    assert Authenticator.objects.count() == 2


def test_command_removes_second_factor(owner, codes, capsys):
    call_command("remove_second_factor", "anna")
    assert "Second factor of anna removed." in capsys.readouterr().out
    call_command("remove_second_factor", "anna")
    assert "anna has no second factor." in capsys.readouterr().out
    with pytest.raises(CommandError, match="There is no user ben"):
        call_command("remove_second_factor", "ben")


# Pages of django-allauth that photosearch does not offer.
CLOSED = [
    *("signup/", "email/", "password/change/", "password/set/", "password/reset/", "inactive/", "confirm-email/"),
    *("login/code/confirm/", "social/signup/", "social/connections/", "reauthenticate/", "2fa/", "login/"),
]


@pytest.mark.parametrize("path", CLOSED)
def test_closes_other_pages(client, owner, path):
    client.force_login(owner)
    assert client.get(f"/accounts/{path}").status_code == 404
    assert client.post(f"/accounts/{path}", PASSWORD).status_code == 404


def test_shows_no_secrets_in_administration(client, owner, codes):
    client.force_login(User.objects.create_superuser("root"))
    for path in ("mfa/authenticator/", "account/emailaddress/", "account/emailconfirmation/"):
        assert client.get(f"/admin/{path}").status_code == 404


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_last_login_is_that_of_second_step(client, owner, codes, language):
    before = timezone.now() - timedelta(minutes=1)
    User.objects.update(last_login=before)
    by_password(client)
    assert User.objects.get().last_login == before
    page = client.get("/login/code/", headers={"Accept-Language": language}).content.decode()
    assert ("第二步" in page) is (language == "zh-CN")
