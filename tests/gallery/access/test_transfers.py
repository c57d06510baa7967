"""Limit of simultaneous transfers per user."""

import pytest
from django.contrib.auth.models import User
from django.http import StreamingHttpResponse
from django.test import Client, RequestFactory

from gallery.access import transfers
from gallery.access.tokens import issue_token
from gallery.access.transfers import TRANSFERS_AT_ONCE, TooManyTransfers, limit_transfers
from tests.drawing import picture

TUS = {"Tus-Resumable": "1.0.0", "Upload-Length": "3"}


@pytest.fixture(autouse=True)
def _forget() -> None:
    transfers._running.clear()


@pytest.fixture
def busy(owner: User) -> User:
    """Return the owner with the maximum number of running transfers."""
    transfers._running[owner.pk] = TRANSFERS_AT_ONCE
    return owner


@pytest.mark.parametrize(
    "address", ["/uploads", "/imports/uploads", "/upload", "/share", "/search/picture", "/imports/new"]
)
def test_refuses_one_more_at_page(client, busy, address):
    client.force_login(busy)
    answer = client.post(address, headers=TUS, content_type="application/offset+octet-stream")
    assert answer.status_code == 429
    assert answer["Retry-After"] == "5"
    assert "Too many uploads and downloads" in answer.json()["detail"]


@pytest.mark.parametrize("address", ["photos/uploads", "photos/upload", "imports/archive", "search/by-picture"])
def test_refuses_one_more_at_api_as_problem(busy, address):
    secret = issue_token("test", user=busy, scopes=["upload", "import", "search"])[1]
    answer = Client(headers={"Authorization": f"Bearer {secret}"}).post(
        f"/api/v1/{address}/", b"abc", content_type="application/octet-stream", headers=TUS
    )
    assert answer.status_code == 429
    assert answer["Retry-After"] == "5"
    assert answer.json()["type"] == "urn:photosearch:problem:throttled"


def test_admits_others_while_one_person_has_too_many(client, busy):
    client.force_login(User.objects.create_user("ben"))
    assert client.post("/uploads", headers=TUS, content_type="application/offset+octet-stream").status_code == 201


def test_admits_other_requests_of_person_with_too_many(client, busy):
    client.force_login(busy)
    assert client.get("/upload").status_code == 200


def test_counts_download_until_its_last_byte(client, owner, store):
    photo = store(picture(3))
    client.force_login(owner)
    response = client.post("/selection/download", {"photo": photo.pk})
    assert transfers._running[owner.pk] == 1
    assert b"".join(response)
    response.close()
    assert not transfers._running


def test_counts_unread_download_until_it_is_closed(client, owner, store):
    photo = store(picture(3))
    client.force_login(owner)
    client.post("/selection/download", {"photo": photo.pk}).close()
    assert not transfers._running


def test_stops_counting_when_view_fails(owner):
    request = RequestFactory().post("/")
    request.user = owner

    @limit_transfers
    def view(_request: object) -> StreamingHttpResponse:
        raise ZeroDivisionError

    for _attempt in range(TRANSFERS_AT_ONCE + 1):
        with pytest.raises(ZeroDivisionError):
            view(request)
    assert not transfers._running


def test_counts_each_person_separately(owner):
    held = [transfers._Slot(owner.pk) for _ in range(TRANSFERS_AT_ONCE)]
    with pytest.raises(TooManyTransfers):
        transfers._Slot(owner.pk)
    transfers._Slot(owner.pk + 1)
    held[0].give_back()
    held[0].give_back()
    transfers._Slot(owner.pk)
    with pytest.raises(TooManyTransfers):
        transfers._Slot(owner.pk)
