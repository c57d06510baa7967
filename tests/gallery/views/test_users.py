"""Administrators invite, change, deactivate and delete users; other users reach none of their pages."""

import re

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery.account import Account, OpenSession
from gallery.models import Photo
from gallery.users import administration
from gallery.users.administration import UserDetails
from tests.factories import ApiClient, make_photos

NEW = "lanterns-over-the-river"
PATHS = ["", "/new", "/{pk}", "/{pk}/link", "/{pk}/activity", "/{pk}/unlock", "/{pk}/delete"]
DETAILS = {"username": "ben", "email": "ben@example.org", "quota": "1.5", "is_administrator": ""}


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root")


@pytest.fixture
def client(client: Client, root: User) -> Client:
    """A browser in which an administrator is logged in."""
    client.force_login(root)
    return client


def link_on(page: str) -> str:
    found = re.search(r"/password/set/[^/]+/[^/]+/", page)
    assert found, page
    return found[0]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("rights", ["none", "staff only", "superuser only", "anonymous"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_admits_only_administrators(owner, path, rights, method):
    visitor = Client()
    if rights != "anonymous":
        flags = {"is_staff": rights == "staff only", "is_superuser": rights == "superuser only"}
        visitor.force_login(User.objects.create_user("visitor", **flags))
    before = list(User.objects.order_by("pk").values())
    data = DETAILS | {"name": owner.username, "active": "no"}
    response = getattr(visitor, method)("/users" + path.format(pk=owner.pk), data)
    if rights == "anonymous":
        assert response.status_code == 302
        assert response["Location"].startswith("/login/")
    else:
        assert response.status_code in {403, 405}
    assert owner.email not in response.content.decode() or not owner.email
    assert list(User.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("path", [path for path in PATHS if "{pk}" in path])
def test_knows_no_missing_user(client, path):
    assert client.post("/users" + path.format(pk=10**9), DETAILS | {"active": "no"}).status_code == 404


def test_lists_users_with_use_and_without_names_of_photos(client, owner):
    Account.objects.create(owner=owner, quota=3 * 1024**3)
    photos = make_photos(owner, 3)
    Photo.objects.update(filename="secret.jpg", file_size=1024)
    User.objects.filter(pk=owner.pk).update(last_login=timezone.now(), email="anna@example.org")
    page = client.get("/users", {"q": "ANNA@"})
    (person,) = page.context["page"]
    assert (person.photo_count, person.stored_bytes, person.unprocessed) == (len(photos), 3072, 3)
    text = page.content.decode()
    assert "3.0\xa0KB" in text
    assert "3.0\xa0GB" in text
    assert "secret" not in text
    assert list(client.get("/users", {"q": "nothing"}).context["page"]) == []


def test_finds_last_visit(client, owner):
    browser = Client()
    browser.force_login(owner)
    moment = timezone.now() + timezone.timedelta(days=400)
    OpenSession.objects.filter(owner=owner).update(last_seen_at=moment)
    assert client.get(f"/users/{owner.pk}").context["person"].seen_at == moment


def test_asks_as_many_queries_for_many_users(client, owner, monkeypatch):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/users").status_code == 200
        return len(captured)

    queries()
    few = queries()
    for number in range(60):
        User.objects.create_user(f"user-{number:02}")
    assert queries() == few
    page = client.get("/users", {"page": "2"}).context["page"]
    assert (page.number, page.paginator.count) == (2, 62)


def test_invited_user_sets_a_password_once(client):
    page = client.post("/users/new", DETAILS)
    user = User.objects.get(username="ben")
    assert (user.email, user.is_staff, user.is_superuser) == ("ben@example.org", False, False)
    assert user.account.quota == 1.5 * 1024**3
    assert not user.has_usable_password()
    assert mail.outbox == []
    link = link_on(page.content.decode())
    assert link not in client.get(f"/users/{user.pk}").content.decode()
    assert "no password yet" in client.get("/users").content.decode()
    guest = Client()
    form = guest.get(link, follow=True)
    assert "Set a password for ben" in form.content.decode()
    done = guest.post(form.redirect_chain[-1][0], {"new_password1": NEW, "new_password2": NEW}, follow=True)
    assert done.redirect_chain == [("/", 302)]
    assert User.objects.get(pk=user.pk).check_password(NEW)
    assert Client().get(link, follow=True).status_code == 404


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"username": "ANNA"}, "Another user has this name."),
        ({"username": "a b"}, "Enter a valid username"),
        ({"username": ""}, "This field is required."),
        ({"email": "x"}, "Enter a valid email address."),
        ({"quota": "-1"}, "greater than or equal to 0"),
        ({"quota": "much"}, "Enter a number."),
    ],
    ids=["same name", "space", "no name", "e-mail", "negative", "no number"],
)
def test_refuses_wrong_details(client, owner, changes, sentence):
    for path in ("/users/new", f"/users/{User.objects.create_user('carl').pk}"):
        response = client.post(path, DETAILS | changes)
        assert response.status_code == 400
        assert sentence in response.content.decode()
    assert not User.objects.filter(username="ben").exists()


def test_sends_invitation_where_mail_is_set(client, settings):
    settings.EMAIL_URL = "smtp://localhost"
    assert "Sent to ben@example.org." in client.post("/users/new", DETAILS).content.decode()
    (message,) = mail.outbox
    assert message.to == ["ben@example.org"]
    assert Client().get(link_on(message.body), follow=True).status_code == 200


def test_reports_mail_that_was_not_sent(client, settings, monkeypatch):
    settings.EMAIL_URL = "smtp://localhost"

    def fail(*_args: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", fail)
    page = client.post("/users/new", DETAILS).content.decode()
    assert "The e-mail could not be sent." in page
    assert link_on(page)


def test_changes_details(client, owner):
    data = {"username": "anna.b", "email": "b@example.org", "quota": "", "is_administrator": "on"}
    Account.objects.create(owner=owner, quota=5)
    assert client.post(f"/users/{owner.pk}", data).status_code == 302
    user = User.objects.get(pk=owner.pk)
    assert (user.username, user.email, user.is_staff, user.is_superuser) == ("anna.b", "b@example.org", True, True)
    assert user.account.quota is None
    assert user.check_password("x")
    client.post(f"/users/{owner.pk}", data | {"is_administrator": ""})
    assert not User.objects.get(pk=owner.pk).is_staff


def test_keeps_sub_gigabyte_quota_of_unchanged_form(client, owner):
    Account.objects.create(owner=owner, quota=1024**3 // 4)
    form = client.get(f"/users/{owner.pk}").context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    assert client.post(f"/users/{owner.pk}", data).status_code == 302
    assert Account.objects.get(owner=owner).quota == 1024**3 // 4


def test_deactivated_user_has_no_access(client, owner):
    browser, program = Client(), ApiClient(owner)
    browser.force_login(owner)
    link = link_on(client.post(f"/users/{owner.pk}/link").content.decode())
    assert program.get("/api/v1/photos/").status_code == 200
    client.post(f"/users/{owner.pk}/activity", {"active": "no"})
    assert program.get("/api/v1/photos/").status_code == 401
    assert browser.get("/").status_code == 302
    assert not OpenSession.objects.filter(owner=owner).exists()
    assert Client().post("/login/", {"username": "anna", "password": "x"}).status_code == 200
    assert Client().get(link, follow=True).status_code == 404
    assert "Activate this user first." in client.post(f"/users/{owner.pk}/link", follow=True).content.decode()
    client.post(f"/users/{owner.pk}/activity", {"active": "yes"})
    assert program.get("/api/v1/photos/").status_code == 200
    assert browser.get("/").status_code == 302


def test_unlocks_user(client, owner, settings):
    settings.AXES_FAILURE_LIMIT = 2
    guest = Client()
    for _attempt in range(2):
        guest.post("/login/", {"username": "anna", "password": "guess"})
    assert guest.post("/login/", {"username": "anna", "password": "x"}).status_code == 429
    client.post(f"/users/{owner.pk}/unlock")
    assert guest.post("/login/", {"username": "anna", "password": "x"}).status_code == 302


def test_deletes_user_whose_name_was_typed(client, owner, store, django_capture_on_commit_callbacks):
    photo = store()
    wrong = client.post(f"/users/{owner.pk}/delete", {"name": "ann"})
    assert wrong.status_code == 400
    assert "This is not the name of this user." in wrong.content.decode()
    assert photo.path.exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"/users/{owner.pk}/delete", {"name": "anna"}).status_code == 302
    assert not User.objects.filter(pk=owner.pk).exists()
    assert not photo.path.exists()


@pytest.mark.parametrize("others", [0, 1])
@pytest.mark.parametrize("place", ["pages", "admin"])
def test_administrators_keep_their_own_access(client, root, others, place):
    for number in range(others):
        User.objects.create_superuser(f"other-{number}")
    if place == "pages":
        client.post(f"/users/{root.pk}", {"username": "root"})
        client.post(f"/users/{root.pk}/activity", {"active": "no"})
        client.post(f"/users/{root.pk}/delete", {"name": "root"})
    else:
        data = {"username": "root", "account-TOTAL_FORMS": 0, "account-INITIAL_FORMS": 0}
        client.post(f"/admin/auth/user/{root.pk}/change/", data)
        client.post(f"/admin/auth/user/{root.pk}/delete/", {"post": "yes"})
        selected = {"action": "delete_selected", "_selected_action": root.pk, "post": "yes"}
        client.post("/admin/auth/user/", selected)
    kept = User.objects.get(pk=root.pk)
    assert (kept.is_active, kept.is_staff, kept.is_superuser) == (True, True, True)
    assert client.get("/users").status_code == 200


@pytest.mark.parametrize("action", ["invite", "change", "deactivate", "remove"])
def test_demoted_administrator_changes_no_user(root, owner, action):
    User.objects.filter(pk=root.pk).update(is_superuser=False)
    details = UserDetails("new", "", None, True)
    calls = {
        "invite": lambda: administration.invite_user(details, by=root),
        "change": lambda: administration.change_user(owner.pk, details, by=root),
        "deactivate": lambda: administration.set_activity(owner.pk, is_active=False, by=root),
        "remove": lambda: administration.remove_user(owner.pk, by=root),
    }
    with pytest.raises(administration.PermissionDenied):
        calls[action]()
    assert sorted(User.objects.values_list("username", "is_active")) == [("anna", True), ("root", True)]
