"""The account page: preferences, sessions and storage."""

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client

from gallery.access.addresses import client_address
from gallery.access.sessions import SECONDS_BETWEEN_RECORDS, describe_device
from gallery.account import Account, OpenSession
from gallery.models import Photo
from tests.html import condensed

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/19.0 Mobile/15E148 Safari/604.1"
)


def log_in(agent: str = FIREFOX, *, name: str = "anna", address: str = "127.0.0.1") -> Client:
    client = Client(headers={"User-Agent": agent}, REMOTE_ADDR=address)
    response = client.post("/login/", {"username": name, "password": "x"})
    assert response.status_code == 302
    return client


def page_of(client: Client) -> str:
    return client.get("/account").content.decode()


def is_logged_in(client: Client) -> bool:
    return client.get("/account").status_code == 200


def test_lists_sessions_with_device_and_address(owner):
    here = log_in()
    log_in(SAFARI, address="192.0.2.7")
    page = page_of(here)
    assert page.index("Firefox on Linux") < page.index("this browser") < page.index("Safari on iPhone")
    assert "192.0.2.7" in page
    assert OpenSession.objects.count() == 2


def test_logs_out_another_device(owner):
    here, there = log_in(), log_in(SAFARI)
    ended = OpenSession.objects.get(user_agent=SAFARI)
    page = here.post(f"/account/sessions/{ended.pk}/end", follow=True).content.decode()
    assert "Device logged out." in page
    assert "Safari" not in page
    assert not is_logged_in(there)
    assert is_logged_in(here)


def test_logs_out_all_other_devices(owner):
    here, *others = log_in(), log_in(SAFARI), log_in()
    here.post("/account/sessions/end")
    assert is_logged_in(here)
    assert not any(is_logged_in(other) for other in others)
    assert OpenSession.objects.count() == 1


def test_refuses_to_end_other_users_sessions(owner):
    User.objects.create_user("other", password="x")
    theirs, ours = log_in(name="other"), log_in()
    ended = OpenSession.objects.get(owner__username="other")
    assert ours.post(f"/account/sessions/{ended.pk}/end").status_code == 404
    ours.post("/account/sessions/end")
    assert is_logged_in(theirs)


def test_password_change_logs_out_other_devices(owner):
    here, there = log_in(), log_in(SAFARI)
    new = "lanterns-over-the-river"
    here.post("/password/", {"old_password": "x", "new_password1": new, "new_password2": new})
    assert is_logged_in(here)
    assert "Safari" not in page_of(here)
    assert not is_logged_in(there)


def test_logout_deletes_session(owner):
    client = log_in()
    client.post("/logout/")
    assert not OpenSession.objects.exists()
    assert not Session.objects.filter(pk=client.cookies["sessionid"].value).exists()


def test_records_sessions_only_every_few_minutes(owner, monkeypatch, django_assert_num_queries):
    client = log_in()
    noted = OpenSession.objects.get().last_seen_at
    with django_assert_num_queries(2):  # session and user
        client.get("/language/")
    client.get("/account")
    assert OpenSession.objects.get().last_seen_at == noted
    monkeypatch.setattr("gallery.access.sessions.SECONDS_BETWEEN_RECORDS", -SECONDS_BETWEEN_RECORDS)
    client.get("/account")
    assert OpenSession.objects.get().last_seen_at > noted


def test_uses_address_seen_by_trusted_proxies(rf, settings):
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.4, 10.0.0.2"})
    addresses = []
    for settings.TRUSTED_PROXIES in (0, 1, 2, 4):
        addresses.append(client_address(request))
    assert addresses == ["10.0.0.1", "10.0.0.2", "198.51.100.4", "10.0.0.1"]
    assert client_address(rf.get("/", REMOTE_ADDR="")) is None
    settings.TRUSTED_PROXIES = 1
    assert client_address(rf.get("/", REMOTE_ADDR="10.0.0.1")) == "10.0.0.1"


@pytest.mark.parametrize(
    ("agent", "device"),
    [(FIREFOX, "Firefox on Linux"), (SAFARI, "Safari on iPhone"), ("curl/8.5", "curl/8.5"), ("", "Unknown device")],
)
def test_describes_device_by_user_agent(agent, device):
    assert describe_device(agent) == device


def test_preferences_follow_user_to_other_device(owner):
    here, there = log_in(), Client()
    page = here.post(
        "/account/preferences", {"language": "zh-hans", "theme": "dark", "density": "compact"}, follow=True
    ).content.decode()
    for attribute in ('<html lang="zh-hans"', 'data-theme="dark"', 'data-density="compact"'):
        assert attribute in page
    there.post("/login/", {"username": "anna", "password": "x"})
    assert 'data-theme="dark"' in there.get("/account").content.decode()

    here.post("/account/preferences", {"language": "", "theme": "system", "density": "comfortable"})
    assert '<html lang="en"' in here.get("/account").content.decode()


def test_saves_language_of_menu(owner):
    here = log_in()
    here.post("/language/", {"language": "zh-hans", "next": "/"})
    assert Account.objects.get(owner=owner).language == "zh-hans"
    assert '<html lang="zh-hans"' in page_of(log_in())


def test_refuses_invalid_preferences(owner):
    response = log_in().post("/account/preferences", {"language": "tlh", "theme": "pink", "density": "loose"})
    assert response.status_code == 400
    assert Account.objects.get(owner=owner).language == ""


def test_shows_used_storage_and_quota(owner, store):
    photo = store()
    Photo.objects.filter(pk=photo.pk).update(file_size=3 * 1024 * 1024)
    client = log_in()
    assert "3.0\xa0MB" in page_of(client)
    assert "<progress value" not in page_of(client).split("</section>")[0]
    Account.objects.update_or_create(owner=owner, defaults={"quota": 10 * 1024 * 1024})
    page = condensed(page_of(client))
    assert "of 10.0\xa0MB" in page
    assert 'value="3145728" max="10485760"' in page
    assert "Photos: 1<" in page
