"""Links that set a password: single use, expiry, forgery, sessions; forgotten passwords reveal no user."""

import re
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import mail
from django.test import Client

from gallery.users.password_links import link_of, wait_for_emails

NEW = {"new_password1": "lanterns-over-the-river", "new_password2": "lanterns-over-the-river"}


@pytest.fixture
def anna(owner: User) -> User:
    owner.email = "anna@example.org"
    owner.save()
    return owner


@pytest.fixture
def with_mail(settings) -> None:
    """Configure a mail server; the tests' backend keeps the messages."""
    settings.EMAIL_URL = "smtp://localhost"


def path_of(user: User) -> str:
    return "/" + link_of(user).split("/", 3)[3]


def set_password(path: str, client: Client | None = None):
    guest = client or Client()
    form = guest.get(path, follow=True)
    return guest.post(form.redirect_chain[-1][0], NEW) if form.redirect_chain else form


def test_setting_the_password_ends_other_sessions(anna):
    stolen, guest = Client(), Client()
    stolen.force_login(anna)
    path = path_of(anna)
    assert set_password(path, guest).status_code == 302
    assert stolen.get("/").status_code == 302
    assert guest.get("/").status_code == 200
    assert anna.open_sessions.count() == 1


def test_form_of_a_used_link_sets_no_password(anna):
    """A second browser may have opened the form before."""
    slow = Client()
    form = slow.get(path_of(anna), follow=True).redirect_chain[-1][0]
    assert set_password(path_of(anna)).status_code == 302
    other = "stolen-boats-in-the-fog"
    assert slow.post(form, {"new_password1": other, "new_password2": other}).status_code == 404
    assert not User.objects.get(pk=anna.pk).check_password(other)


def test_link_expires(anna, settings, monkeypatch):
    path = path_of(anna)
    # Django counts in naive local time.
    late = datetime.now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT + 1)  # noqa: DTZ005
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda _self: late)
    response = set_password(path)
    assert response.status_code == 404
    assert "This link no longer works" in response.content.decode()


def test_link_ends_with_the_next_login(anna):
    path = path_of(anna)
    Client().post("/login/", {"username": "anna", "password": "x"})
    assert set_password(path).status_code == 404


FORGED = {
    "signature": lambda path, _other: re.sub(r".(?=/$)", lambda sign: "0" if sign[0] != "0" else "1", path),
    "another user": lambda path, other: path_of(other).rsplit("/", 2)[0] + "/" + path.split("/")[-2] + "/",
    "later time": lambda path, _other: re.sub(r"/(\w+)-(?=\w+/$)", "/zzzzzz-", path),
    "number": lambda path, _other: path.replace(path.split("/")[3], "OTk5OTk5OTk5"),
    "no number": lambda path, _other: path.replace(path.split("/")[3], "~~"),
    "huge number": lambda path, _other: path.replace(path.split("/")[3], "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"),
    "zero byte": lambda path, _other: path.replace(path.split("/")[3], "AA"),
    "bare form": lambda path, _other: path.rsplit("/", 2)[0] + "/set-password/",
}


@pytest.mark.parametrize("kind", FORGED)
def test_refuses_forged_links(anna, kind):
    before = list(User.objects.values_list("pk", "password"))
    other = User.objects.create_user("ben")
    path = FORGED[kind](path_of(anna), other)
    assert path != path_of(anna)
    assert set_password(path).status_code == 404
    assert Client().post(path, NEW).status_code == 404
    other.delete()
    assert list(User.objects.values_list("pk", "password")) == before


def test_refuses_weak_password(anna):
    guest = Client()
    form = guest.get(path_of(anna), follow=True).redirect_chain[-1][0]
    response = guest.post(form, {"new_password1": "12345", "new_password2": "12345"})
    assert response.status_code == 400
    assert "too short" in response.content.decode()


@pytest.mark.usefixtures("with_mail")
@pytest.mark.parametrize(
    ("name", "receivers"),
    [
        ("anna", ["anna@example.org"]),
        ("ANNA@example.org", ["anna@example.org"]),
        ("  anna ", ["anna@example.org"]),
        ("carl", []),
        ("deactivated@example.org", []),
        ("without e-mail", []),
        ("anna\nbcc: x@example.org", []),
        ("%", []),
    ],
    ids=["name", "e-mail", "spaces", "unknown", "deactivated", "no e-mail", "header", "wildcard"],
)
def test_answers_alike_for_all_names(anna, name, receivers):
    User.objects.create_user("off", email="deactivated@example.org", is_active=False)
    User.objects.create_user("without e-mail")
    unknown = Client().post("/password/forgotten/", {"name": "unknown"})
    response = Client().post("/password/forgotten/", {"name": name})
    wait_for_emails()
    assert (response.status_code, main(response)) == (200, main(unknown))
    assert [message.to for message in mail.outbox] == [[address] for address in receivers]


@pytest.mark.usefixtures("with_mail")
def test_e_mailed_link_works_at_the_public_address(anna, settings):
    settings.PUBLIC_URL = "https://photos.example.org"
    Client().post("/password/forgotten/", {"name": "anna"}, headers={"host": "localhost"})
    wait_for_emails()
    link = re.search(r"https://photos\.example\.org(/password/set/\S+)", mail.outbox[0].body)
    assert link
    assert set_password(link[1]).status_code == 302


@pytest.mark.usefixtures("with_mail")
def test_sends_one_e_mail_a_minute(anna, monkeypatch):
    monkeypatch.setattr("gallery.access.throttles.time", lambda: 1_000_000_020.0)
    for _attempt in range(3):
        assert Client().post("/password/forgotten/", {"name": "anna"}).status_code == 200
    wait_for_emails()
    assert len(mail.outbox) == 1


@pytest.mark.usefixtures("with_mail")
def test_throttles_like_logins(anna, settings, monkeypatch):
    monkeypatch.setattr("gallery.access.throttles.time", lambda: 1_000_000_020.0)
    settings.LOGINS_PER_MINUTE = 2
    guest = Client()
    form = guest.get(path_of(anna), follow=True).redirect_chain[-1][0]
    answers = [guest.post("/password/forgotten/", {"name": "carl"}).status_code for _attempt in range(3)]
    assert answers == [200, 200, 429]
    assert guest.post(form, NEW).status_code == 429


def test_refers_to_administrators_without_mail(anna):
    for method in ("get", "post"):
        page = getattr(Client(), method)("/password/forgotten/", {"name": "anna"}).content.decode()
        assert "Ask an administrator of this site for a link" in page
        assert 'name="name"' not in page
    wait_for_emails()
    assert mail.outbox == []
    assert "/password/forgotten/" in Client().get("/login/").content.decode()


def main(response) -> str:
    """Return the page without its CSRF tokens."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|"X-CSRFToken": "\w+"', "", response.content.decode())
