"""Albums that imports state: made, refilled, withdrawn, and never against what was done by hand."""

import json
from collections.abc import Callable
from importlib import import_module
from io import BytesIO
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery.albums.contents import add_photos, remove_photos
from gallery.albums.making import change_album, discard_album, make_album
from gallery.albums.stating import MAX_STATED_NAME, key_of, state_albums
from gallery.bulk_import.actions import ImportAction, apply_action
from gallery.intake.upload import store_upload
from gallery.models import Album, AlbumPhoto, ImportJob, Photo, PhotoSource
from gallery.photos import merging
from gallery.storage.identities import identity_of
from tests.drawing import picture
from tests.factories import finish_import, make_photos
from tests.folders import write_file

TRIP, YEAR = "Takeout/Google Photos/Trip", "Takeout/Google Photos/Photos from 2020"


def takeout(top: Path, pictures: dict[str, bytes], *, titles: dict[str, str]) -> Path:
    """Write an export with pictures by path, and the titles of albums by folder."""
    for path, data in pictures.items():
        write_file(top / path, data)
    for folder, title in titles.items():
        write_file(top / folder / "metadata.json", json.dumps({"title": title}).encode())
    return top


@pytest.fixture
def export(tmp_path: Path) -> Path:
    pictures = {f"{TRIP}/a.png": picture(1), f"{TRIP}/b.png": picture(2), f"{YEAR}/a.png": picture(1)}
    return takeout(tmp_path / "export", pictures, titles={TRIP: "Reise nach 成都"})


@pytest.fixture
def stranger() -> User:
    return User.objects.create_user("stranger")


def albums() -> dict[str, set[str]]:
    """Return the names of the photos in each album."""
    held: dict[str, set[str]] = {name: set() for name in Album.objects.values_list("name", flat=True)}
    members = AlbumPhoto.objects.filter(is_member=True).values_list("album__name", "photo__filename")
    for album, filename in members:
        held[album].add(filename)
    return held


def take_back(job: ImportJob) -> None:
    assert apply_action(job, ImportAction.UNDO, user=job.owner)
    finish_import(job)


def everything(user: User) -> Any:
    return Photo.objects.visible_to(user)


@pytest.mark.django_db(transaction=True)
def test_album_of_takeout_comes_and_goes_with_its_import(
    bring: Callable[..., ImportJob], export: Path, owner: User
) -> None:
    job = bring(export)
    assert albums() == {"Reise nach 成都": {"a.png", "b.png"}}
    assert Album.objects.get().owner == owner
    again = bring(export)
    assert albums() == {"Reise nach 成都": {"a.png", "b.png"}}
    take_back(again)
    assert albums() == {"Reise nach 成都": {"a.png", "b.png"}}
    take_back(job)
    assert albums() == {}
    assert not Photo.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_undo_keeps_what_was_done_by_hand(
    bring: Callable[..., ImportJob], export: Path, owner: User, store: Callable[..., Photo]
) -> None:
    uploaded, second = store(picture(1), filename="a.png"), store(picture(2), filename="b.png")
    by_hand = make_album("By hand", owner=owner)
    add_photos(by_hand.pk, everything(owner).filter(pk=uploaded.pk), user=owner)
    job = bring(export)
    stated = Album.objects.get(name="Reise nach 成都")
    add_photos(stated.pk, everything(owner).filter(pk=second.pk), user=owner)
    assert albums() == {"By hand": {"a.png"}, "Reise nach 成都": {"a.png", "b.png"}}
    take_back(job)
    assert albums() == {"By hand": {"a.png"}, "Reise nach 成都": {"b.png"}}


@pytest.mark.django_db
def test_renamed_album_is_filled_on_and_deleted_one_stays_deleted(
    bring: Callable[..., ImportJob], export: Path, owner: User
) -> None:
    bring(export)
    album = Album.objects.get()
    change_album(album.pk, {"name": "成都"}, user=owner)
    remove_photos(album.pk, everything(owner).filter(filename="b.png"), user=owner)
    write_file(export / TRIP / "c.png", picture(3))
    bring(export)
    assert albums() == {"成都": {"a.png", "c.png"}}
    discard_album(album.pk, user=owner)
    bring(export)
    assert albums() == {}
    write_file(export / TRIP / "d.png", picture(4))
    bring(export)
    assert albums() == {"Reise nach 成都": {"d.png"}}


@pytest.mark.django_db(transaction=True)
def test_order_of_imports_never_matters(bring: Callable[..., ImportJob], tmp_path: Path) -> None:
    first = takeout(tmp_path / "1", {f"{TRIP}/a.png": picture(1)}, titles={TRIP: "Trip"})
    second = takeout(tmp_path / "2", {"Takeout/Google Photos/Other/a.png": picture(1)}, titles={})
    takeout(second, {f"{TRIP}/b.png": picture(2)}, titles={"Takeout/Google Photos/Other": "Other", TRIP: "Trip"})
    third = write_file(tmp_path / "3/Beach/a.png", picture(1)).parent.parent
    ways = {}
    for order in permutations([(first, {}), (second, {}), (third, {"makes_albums": True})]):
        jobs = [bring(root, **options) for root, options in order]
        result = albums()
        ways[json.dumps({name: sorted(held) for name, held in sorted(result.items())})] = order
        for job in jobs[::2] + jobs[1::2]:
            take_back(job)
        assert albums() == {}
    assert list(map(json.loads, ways)) == [{"Beach": ["a.png"], "Other": ["a.png"], "Trip": ["a.png", "b.png"]}]


@pytest.mark.django_db
def test_folders_become_albums(bring: Callable[..., ImportJob], tmp_path: Path) -> None:
    names = ["a.png", "2019/Beach/b.png", "2020/Beach/c.png", "2020/Beach/d.png", f"{YEAR}/e.png", "成都/f.png"]
    for number, name in enumerate(names):
        write_file(tmp_path / "All" / name, picture(number))
    bring(tmp_path / "All", makes_albums=True)
    assert albums() == {
        "All": {"a.png"},
        "2019 / Beach": {"b.png"},
        "2020 / Beach": {"c.png", "d.png"},
        "成都": {"f.png"},
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_known", [False, True], ids=["new photos", "imported before"])
def test_import_fills_one_album(bring: Callable[..., ImportJob], folder: Path, owner: User, is_known: bool) -> None:
    kept = make_album("Summer", owner=owner)
    before = bring(folder) if is_known else None
    job = bring(folder, album="SUMMER")
    assert albums() == {"Summer": {"a.png", "b.png"}}
    assert job.album == kept
    bring(folder)
    assert albums() == {"Summer": {"a.png", "b.png"}}
    take_back(job)
    assert Photo.objects.count() == 2
    assert albums() == {"Summer": set()}
    made = bring(folder, album="New one")
    assert albums() == {"Summer": set(), "New one": {"a.png", "b.png"}}
    take_back(made)
    assert albums() == {"Summer": set()}
    assert before is None or before.sources.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["Trip", "trip ", "成都", "x" * 200], ids=["same", "case", "chinese", "long"])
def test_album_made_by_hand_takes_stated_photos(owner: User, stranger: User, name: str) -> None:
    own, theirs = make_photos(owner, 1)[0], make_photos(stranger, 1)[0]
    by_hand = make_album(name.strip(), owner=owner)
    state_albums([(own.pk, name), (theirs.pk, name)])
    assert set(AlbumPhoto.objects.values_list("album__owner", "photo")) == {
        (owner.pk, own.pk),
        (stranger.pk, theirs.pk),
    }
    assert Album.objects.visible_to(owner).get() == by_hand
    assert Album.objects.visible_to(owner).get().is_kept


@pytest.mark.django_db
def test_cancelled_import_leaves_no_empty_album(begin: Callable[..., ImportJob], folder: Path) -> None:
    job = begin(folder, album="Never filled", state=ImportJob.State.CHECKING)
    other = begin(folder, album="Never filled", state=ImportJob.State.CHECKING)
    assert apply_action(job, ImportAction.CANCEL, user=job.owner)
    assert albums() == {"Never filled": set()}
    assert apply_action(other, ImportAction.CANCEL, user=job.owner)
    assert albums() == {}


@pytest.mark.django_db
def test_kept_near_duplicate_joins_albums_until_undone(owner: User, store: Callable[..., Photo]) -> None:
    keeper, other = store(picture(1), filename="kept.png"), store(picture(2), filename="other.png")
    state_albums([(other.pk, "Stated")])
    PhotoSource.objects.filter(photo=other).update(albums=["Stated", "Deleted"])
    by_hand, removed = make_album("By hand", owner=owner), make_album("Removed", owner=owner)
    for album in (by_hand, removed):
        add_photos(album.pk, everything(owner).filter(pk=other.pk), user=owner)
    AlbumPhoto.objects.create(album=removed, photo=keeper, is_stated=True, by_hand=False)
    before = albums()
    moment = timezone.now()
    merging.merge_photos(keeper.pk, [other.pk], user=owner, moment=moment)
    assert albums() == {
        "By hand": {"kept.png", "other.png"},
        "Removed": {"other.png"},
        "Stated": {"kept.png", "other.png"},
    }
    merging.undo(moment, user=owner)
    assert albums() == before


@pytest.mark.django_db
def test_existing_photos_get_their_albums(owner: User, stranger: User) -> None:
    migration = import_module("gallery.migrations.0016_albums_of_existing_photos")
    for user in (owner, stranger):
        for number, photo in enumerate(make_photos(user, 3)):
            photo.filename = f"{user.username}{number}"
            photo.save()
            for path in ("/a", "/b"):
                identity = identity_of(f"{path}{photo.pk}".encode())
                PhotoSource.objects.create(photo=photo, path=path, identity=identity, albums=["Trip", "", "x" * 700])
    migration.BATCH_SIZE = 5
    for _run in range(2):
        migration.make_stated_albums(apps, None)
        assert Album.objects.count() == 4
        assert AlbumPhoto.objects.count() == 12
    assert not AlbumPhoto.objects.exclude(album__owner=F("photo__owner")).exists()
    assert Album.objects.visible_to(owner).get(name="Trip").folded_name == " trip "
    state_albums([(photo.pk, "Trip") for photo in Photo.objects.all()])
    assert (Album.objects.count(), AlbumPhoto.objects.count()) == (4, 12)


def test_number_of_queries_is_constant(db: None, owner: User) -> None:
    counts = []
    for size in (2, 60):
        photos = make_photos(owner, size)
        with CaptureQueriesContext(connection) as queries:
            state_albums([(photo.pk, f"{size} {number}") for number, photo in enumerate(photos)])
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_keys_fit_the_index() -> None:
    assert key_of(" Trip\u200b\n2 ") == "Trip 2"
    assert len(key_of("旅" * 5000).encode()) < 2700
    assert len(key_of("x" * 5000)) == MAX_STATED_NAME


@pytest.mark.django_db
def test_upload_of_known_bytes_keeps_albums(bring: Callable[..., ImportJob], export: Path, owner: User) -> None:
    bring(export)
    store_upload(BytesIO(picture(1)), owner=owner, filename="a.png")
    assert albums() == {"Reise nach 成都": {"a.png", "b.png"}}
