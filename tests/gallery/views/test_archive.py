"""The archive and the starred photos: their pages, the selection, and the rules."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from gallery.models import Album, AlbumPhoto, ArchiveRule, Photo
from gallery.photos.tasks import settle_photos
from tests.drawing import picture
from tests.factories import ApiClient, make_photos
from tests.processes import queued_messages

JSON = {"Accept": "application/json"}


@pytest.fixture
def client(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


@pytest.fixture
def settle_queued(broker, django_capture_on_commit_callbacks):
    """A function that makes a request, and does afterwards what it enqueued."""

    def run(request, *args, **options):
        with django_capture_on_commit_callbacks(execute=True):
            response = request(*args, **options)
        for name, (photo_ids,) in queued_messages(broker, "default"):
            if name == "settle_photos":
                settle_photos(photo_ids)
        return response

    return run


def archived() -> set[int]:
    return set(Photo.objects.filter(is_archived=True).values_list("pk", flat=True))


def test_selection_goes_to_archive_and_back(client, store):
    photo, other = store(), store()
    for value, message, expected in (
        ("1", "1 photo archived", {photo.pk}),
        ("0", "1 photo back in the timeline", set()),
        ("", "1 photo archived", {photo.pk}),
        ("", "1 photo back in the timeline", set()),
    ):
        answer = client.post("/selection/archive", {"photo": photo.pk, "archived": value}, headers=JSON).json()
        assert answer["message"] == message
        assert archived() == expected
    client.post(answer["revert"])
    assert archived() == {photo.pk}
    assert other.pk not in archived()


def test_pages_show_their_photos_only(client, store):
    plain, hidden, starred = store(), store(), store()
    Photo.objects.filter(pk=hidden.pk).update(is_archived=True)
    Photo.objects.filter(pk=starred.pk).update(importance=2)
    for path, shown in (("/", {plain, starred}), ("/archive", {hidden}), ("/starred", {starred})):
        page = client.get(path).content.decode()
        for photo in (plain, hidden, starred):
            assert (f'id="photo-{photo.pk}"' in page) == (photo in shown), (path, photo.pk)


@pytest.mark.parametrize("kind", ["kind", "album", "source"])
def test_rule_archives_existing_photos_until_deleted(client, owner, store, settle_queued, kind):
    chosen, other = store(filename="Screenshot_2023.png"), store(filename="b.png")
    source = chosen.sources.get()
    source.path = "/photos/WeChat/a.png"
    source.save()
    album = Album.objects.create(owner=owner, name="Memes")
    AlbumPhoto.objects.create(album=album, photo=chosen, by_hand=True)
    values = {"kind": "screenshot", "album": album.pk, "source": "WeChat"}
    response = settle_queued(client.post, "/archive/rules", {f"rule-{kind}": values[kind]}, headers=JSON)
    assert "1 photo," in response.json()["message"]
    assert archived() == {chosen.pk}
    rule = ArchiveRule.objects.get()
    assert "1 photo" in client.get("/archive").content.decode()
    settle_queued(client.post, f"/archive/rules/{rule.pk}/delete")
    assert archived() == set()
    assert other.pk not in archived()


def test_rule_archives_new_photos_but_not_against_the_owner(client, owner, store):
    ArchiveRule.objects.create(owner=owner, kind="screenshot")
    photo = store(picture(1), filename="Screenshot_2023.png")
    assert archived() == {photo.pk}
    client.post("/selection/archive", {"photo": photo.pk, "archived": "0"})
    settle_photos([photo.pk])
    assert archived() == set()


@pytest.mark.parametrize(
    "fields",
    [{}, {"kind": "screenshot", "source": "a"}, {"kind": "painting"}, {"album": "999"}, {"source": "\u200b"}],
    ids=["nothing", "two", "unknown kind", "unknown album", "invisible"],
)
def test_refuses_bad_rules(client, fields):
    response = client.post("/archive/rules", {f"rule-{name}": value for name, value in fields.items()})
    assert response.status_code == 400
    assert not ArchiveRule.objects.exists()


def test_leaves_strangers_alone(client, store):
    ben = User.objects.create_user("ben")
    photo = store(owner=ben, filename="Screenshot_2023.png")
    album = Album.objects.create(owner=ben, name="Ben's")
    rule = ArchiveRule.objects.create(owner=ben, kind="meme")
    assert client.post("/selection/archive", {"photo": photo.pk, "archived": "1"}).status_code == 400
    assert client.post("/archive/rules", {"rule-album": album.pk}).status_code == 400
    assert client.post(f"/archive/rules/{rule.pk}/delete").status_code == 404
    client.post("/archive/rules", {"rule-kind": "screenshot"})
    settle_photos([photo.pk])
    assert archived() == set()
    for path in ("/archive", "/starred"):
        assert f'id="photo-{photo.pk}"' not in client.get(path).content.decode()


def test_api_changes_archive_and_rules(owner, store):
    api, photo = ApiClient(owner), store()
    path = f"/api/v1/photos/{photo.pk}/"
    assert api.get(path).json()["archived"] is False
    changed = api.patch(path, {"archived": True}, content_type="application/json")
    assert changed.json()["archived"] is True
    assert archived() == {photo.pk}
    many = {"photos": [photo.pk], "archived": False}
    assert api.post("/api/v1/photos/change/", many, content_type="application/json").json()["count"] == 1
    assert archived() == set()
    rules = "/api/v1/archive-rules/"
    made = api.post(rules, {"source": "WeChat"}, content_type="application/json")
    assert made.status_code == 201
    assert [rule["source"] for rule in api.get(rules).json()] == ["WeChat"]
    stranger = ApiClient(User.objects.create_user("ben"))
    assert stranger.get(rules).json() == []
    assert stranger.delete(f"{rules}{made.json()['id']}/").status_code == 404
    assert api.delete(f"{rules}{made.json()['id']}/").status_code == 204
    for wrong in ({}, {"kind": "meme", "source": "a"}, {"source": "\u200b"}, {"album": 999}):
        assert api.post(rules, wrong, content_type="application/json").status_code == 400


def test_rules_take_constant_queries(client, owner, django_assert_max_num_queries):
    photos = make_photos(owner, 30)
    for name in ("a", "b", "c"):
        album = Album.objects.create(owner=owner, name=name)
        ArchiveRule.objects.create(owner=owner, album=album)
        ArchiveRule.objects.create(owner=owner, source=name)
    AlbumPhoto.objects.bulk_create(AlbumPhoto(album=album, photo=photo, by_hand=True) for photo in photos)
    with django_assert_max_num_queries(10):
        settle_photos([photo.pk for photo in photos])
    assert len(archived()) == 30
