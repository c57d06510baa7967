"""Tests of adding, removing and moving photos."""

import pytest
from django.contrib.auth.models import User
from django.http import Http404

from gallery.albums.contents import add_photos, move_photo, remove_photos, step_photo
from gallery.albums.listing import ORDERS, albums_of, with_covers
from gallery.albums.making import CoverNotInAlbum, album_named, change_album, make_album
from gallery.albums.stating import state_albums
from gallery.models import Album, AlbumPhoto, ArchiveRule, Photo
from gallery.photos.archiving import delete_album
from gallery.photos.scopes import Scope
from gallery.photos.tasks import settle_photos
from gallery.photos.trash import move_to_trash
from tests.factories import make_photos
from tests.processes import queued_messages


def members(album: Album, *, user: User) -> list[int]:
    album.refresh_from_db()
    photos = Scope(album=album).photos(user=user).order_by(*ORDERS[Album.Order(album.order)])
    return list(photos.values_list("pk", flat=True))


@pytest.fixture
def photos(owner) -> list[Photo]:
    return make_photos(owner, 4)


def test_adds_once_and_removes(owner, photos):
    album = make_album("Summer", owner=owner)
    chosen = Photo.objects.filter(pk__in=[photo.pk for photo in photos[:3]])
    assert len(add_photos(album.pk, chosen, user=owner)) == 3
    assert len(add_photos(album.pk, Photo.objects.all(), user=owner)) == 1
    assert len(remove_photos(album.pk, chosen, user=owner)) == 3
    assert members(album, user=owner) == [photos[3].pk]
    assert Photo.objects.visible_to(owner).count() == 4


def test_moves_photos_in_the_order_by_hand(owner, photos):
    album = make_album("By hand", owner=owner, order=Album.Order.BY_HAND)
    add_photos(album.pk, Photo.objects.all(), user=owner)
    before = members(album, user=owner)
    assert move_photo(album.pk, before[3], user=owner, before=before[1])
    assert members(album, user=owner) == [before[0], before[3], before[1], before[2]]
    assert move_photo(album.pk, before[0], user=owner, before=None)
    assert members(album, user=owner) == [before[3], before[1], before[2], before[0]]
    assert step_photo(album.pk, before[1], user=owner, is_later=True)
    assert step_photo(album.pk, before[0], user=owner, is_later=False)
    assert members(album, user=owner) == [before[3], before[2], before[0], before[1]]
    assert step_photo(album.pk, before[3], user=owner, is_later=False)
    assert step_photo(album.pk, before[1], user=owner, is_later=True)
    assert members(album, user=owner) == [before[3], before[2], before[0], before[1]]
    assert not move_photo(album.pk, 10**9, user=owner, before=None)


def test_steps_over_photos_in_the_trash(owner, photos):
    album = make_album("By hand", owner=owner, order=Album.Order.BY_HAND)
    add_photos(album.pk, Photo.objects.all(), user=owner)
    first, second, third, fourth = members(album, user=owner)
    move_to_trash(Photo.objects.filter(pk=second), user=owner)
    step_photo(album.pk, third, user=owner, is_later=False)
    assert members(album, user=owner) == [third, first, fourth]


def test_keeps_strangers_out(owner, photos):
    stranger = User.objects.create_user("stranger")
    others = make_photos(stranger, 1)
    album = make_album("Mine", owner=owner)
    theirs = make_album("Theirs", owner=stranger)
    assert len(add_photos(album.pk, Photo.objects.filter(pk=others[0].pk), user=owner)) == 0
    for change in (add_photos, remove_photos):
        with pytest.raises(Http404):
            change(theirs.pk, Photo.objects.all(), user=owner)
    with pytest.raises(Http404):
        move_photo(theirs.pk, photos[0].pk, user=owner, before=None)
    with pytest.raises(Http404):
        change_album(theirs.pk, {"name": "Stolen"}, user=owner)
    with pytest.raises(CoverNotInAlbum):
        change_album(album.pk, {"cover": others[0].pk}, user=owner)
    assert not AlbumPhoto.objects.exists()


def test_lists_counts_and_covers(owner, photos, django_assert_num_queries):
    album = make_album("Summer", owner=owner)
    make_album("Empty", owner=owner)
    make_album("Theirs", owner=User.objects.create_user("stranger"))
    add_photos(album.pk, Photo.objects.all(), user=owner)
    latest = Photo.objects.order_by("-dated_at", "-pk").first()
    with django_assert_num_queries(2):
        listed = with_covers(albums_of(owner).order_by("name"), user=owner)
    assert [(one.name, one.photo_count, cover) for one, cover in listed] == [("Empty", 0, None), ("Summer", 4, latest)]
    change_album(album.pk, {"cover": photos[1].pk}, user=owner)
    assert albums_of(owner).get(pk=album.pk).cover_photo == photos[1].pk
    move_to_trash(Photo.objects.filter(pk=photos[1].pk), user=owner)
    assert albums_of(owner).get(pk=album.pk).photo_count == 3
    assert albums_of(owner).get(pk=album.pk).cover_photo != photos[1].pk


def test_finds_album_by_folded_name(owner):
    album = make_album("Café", owner=owner)
    assert album_named("CAFÉ", owner=owner) == album
    assert album_named("Tea", owner=owner) != album


def test_rule_archives_what_joins_its_album(owner, photos, broker, django_capture_on_commit_callbacks):
    album = make_album("Receipts", owner=owner)
    ArchiveRule.objects.create(owner=owner, album=album)
    ids = [photo.pk for photo in photos]

    def archived() -> set[int]:
        return set(Photo.objects.filter(is_archived=True).values_list("pk", flat=True))

    add_photos(album.pk, Photo.objects.filter(pk__in=ids[:2]), user=owner)
    state_albums([(ids[2], "receipts")])
    assert archived() == set(ids[:3])
    remove_photos(album.pk, Photo.objects.filter(pk=ids[0]), user=owner)
    assert archived() == set(ids[1:3])
    with django_capture_on_commit_callbacks(execute=True):
        delete_album(album.pk, user=owner)
    (message,) = queued_messages(broker, "default")
    settle_photos(*message[1])
    assert archived() == set()
    assert not ArchiveRule.objects.exists()
