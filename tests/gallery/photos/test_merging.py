"""The keeper gets the best details of the others; undo restores everything; no photo is lost."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connections, transaction
from django.utils import timezone

from gallery.claims.origins import local
from gallery.claims.settling import settle
from gallery.models import ArchiveRule, Photo, PhotoMerge
from gallery.photos.editing import edit_photo
from gallery.photos.merging import KeeperUnavailable, PhotosNotFound, UndoResult, merge_photos, undo
from gallery.photos.trash import DAYS_IN_TRASH, delete_from_trash, purge_trash
from tests.factories import state_claims
from tests.processes import count_lock_waits

NOW = timezone.now()


def change(photo: Photo, **fields) -> None:
    Photo.objects.filter(pk=photo.pk).update(**fields)


def date(photo: Photo, taken_at: datetime, *, witness: str, offset: int | None = None) -> None:
    state_claims(photo, witness=witness, date=local(taken_at, offset))


def said(photo: Photo) -> dict:
    return Photo.objects.values(
        "importance", "description", "taken_at", "taken_offset", "date_source", "edited_at"
    ).get(pk=photo.pk)


def albums(photo: Photo) -> list[str]:
    return [album for source in photo.sources.order_by("pk") for album in source.albums]


@pytest.mark.parametrize(
    ("kept", "others", "after"),
    [(True, (True, False), False), (True, (True, True), True), (False, (True, True), False), (False, (False,), False)],
    ids=["one shown", "all archived", "kept shown", "all shown"],
)
@pytest.mark.parametrize("witness", ["person", "rule"])
def test_keeps_in_the_timeline_what_it_showed(store, owner, witness, kept, others, after):
    keeper, *rest = photos = [store() for _ in range(1 + len(others))]
    if witness == "rule":
        ArchiveRule.objects.create(owner=owner, kind=Photo.Kind.MEME)
    for photo, is_archived in zip(photos, (kept, *others), strict=True):
        if is_archived:
            state_claims(photo, **({"archived": True} if witness == "person" else {"kind": "meme"}))
    merge_photos(keeper.pk, [photo.pk for photo in rest], user=owner, moment=NOW)
    assert Photo.objects.get(pk=keeper.pk).is_archived is after
    undo(NOW, user=owner)
    assert [photo.is_archived for photo in Photo.objects.order_by("pk")] == [kept, *others]


def test_merges_best_details_and_undoes_them(store, owner):
    keeper, dated, described = store(), store(), store()
    taken = datetime(2024, 5, 1, 18, 30)
    state_claims(keeper, description="The old station", importance=1)
    date(keeper, datetime(2024, 5, 2), witness="filename")
    state_claims(dated, importance=3)
    date(dated, taken, offset=120, witness="exif")
    state_claims(described, description="in the rain")
    date(described, datetime(2020, 1, 1), witness="file")
    keeper.sources.update(albums=["Trips"])
    dated.sources.update(albums=["Trips", "Stations"])
    before, revision = said(keeper), Photo.objects.get(pk=keeper.pk).revision
    assert merge_photos(keeper.pk, [dated.pk, described.pk], user=owner, moment=NOW) == 2
    after = said(keeper)
    assert after | {"edited_at": None} == {
        "importance": 3,
        "description": "The old station\nin the rain",
        "taken_at": taken,
        "taken_offset": 120,
        "date_source": "exif",
        "edited_at": None,
    }
    assert albums(keeper) == ["Trips", "Stations"]
    assert Photo.objects.get(pk=keeper.pk).revision == revision + 1
    assert list(Photo.objects.visible_to(owner)) == [keeper]
    assert undo(NOW, user=owner) == UndoResult(restored=2, groups=0, kept_edits=0)
    assert said(keeper) == before
    assert albums(keeper) == ["Trips"]
    assert Photo.objects.visible_to(owner).count() == 3
    assert undo(NOW, user=owner) == UndoResult(0, 0, 0)


def test_fills_missing_exif_groups_as_a_whole(store, owner):
    keeper, phone, camera = store(), store(), store()
    change(keeper, metadata={"orientation": 1, "lens": "EF 50mm", "software": "Editor"})
    change(phone, metadata={"make": "Apple", "iso": 50, "orientation": 6, "copyright": "Lin"})
    change(camera, metadata={"model": "EOS 80D", "artist": "Mei"})
    state_claims(phone, witness="sidecar", place={"latitude": 30.1, "longitude": 120.2, "altitude": 4.0})
    state_claims(camera, witness="exif", place={"latitude": 1.5, "longitude": 2.5})
    before = Photo.objects.get(pk=keeper.pk)
    merge_photos(keeper.pk, [camera.pk, phone.pk], user=owner, moment=NOW)
    # A lens does not move to another camera, and a location is never mixed from two photos.
    merged = Photo.objects.get(pk=keeper.pk)
    assert merged.metadata == before.metadata | {"copyright": "Lin"}
    assert (merged.latitude, merged.longitude, merged.altitude, merged.place_source) == (1.5, 2.5, None, "exif")
    undo(NOW, user=owner)
    undone = Photo.objects.get(pk=keeper.pk)
    assert (undone.metadata, undone.latitude, undone.place_source) == (before.metadata, None, "")


@pytest.mark.parametrize(
    ("own", "others", "joined"),
    [
        ("", ["", " tea "], "tea"),
        ("green tea", ["tea"], "green tea"),
        ("tea", ["green tea", "Tea"], "green tea\nTea"),
        (" tea ", ["", "tea"], " tea "),
        ("tea", ["x" * 5000], "tea"),
    ],
)
def test_descriptions_are_joined_without_repetition(store, owner, own, others, joined):
    keeper = store()
    state_claims(keeper, description=own)
    rest = [store() for _text in others]
    for photo, text in zip(rest, others, strict=True):
        state_claims(photo, description=text)
    merge_photos(keeper.pk, [photo.pk for photo in rest], user=owner, moment=NOW)
    assert said(keeper)["description"] == joined


def test_keeps_manual_date_and_better_values(store, owner):
    keeper, other = store(), store()
    date(keeper, datetime(2024, 1, 1), witness="person")
    date(other, datetime(2023, 1, 1), witness="exif")
    before, revision = said(keeper), Photo.objects.get(pk=keeper.pk).revision
    merge_photos(keeper.pk, [other.pk], user=owner, moment=NOW)
    assert said(keeper) == before
    assert Photo.objects.get(pk=keeper.pk).revision == revision
    assert undo(NOW, user=owner) == UndoResult(restored=1, groups=0, kept_edits=0)
    assert said(keeper) == before


def test_undo_keeps_later_edits(store, owner):
    keeper, other = store(), store()
    state_claims(other, importance=5)
    merge_photos(keeper.pk, [other.pk], user=owner, moment=NOW)
    edit_photo(keeper, user=owner, description="mine", importance=2)
    assert undo(NOW, user=owner) == UndoResult(restored=1, groups=0, kept_edits=1)
    assert (said(keeper)["description"], said(keeper)["importance"]) == ("mine", 2)


def test_undoes_merges_in_reverse_order(store, owner):
    keeper, first, second = store(), store(), store()
    state_claims(first, importance=2)
    state_claims(second, importance=4)
    before = said(keeper)
    later = NOW + timedelta(seconds=1)
    merge_photos(keeper.pk, [first.pk], user=owner, moment=NOW)
    merge_photos(keeper.pk, [second.pk], user=owner, moment=later)
    assert undo(later, user=owner).kept_edits == 0
    assert said(keeper)["importance"] == 2
    assert undo(NOW, user=owner).kept_edits == 0
    assert said(keeper) == before


def test_refuses_to_merge_other_users_photos(store, owner):
    stranger = User.objects.create_superuser("root")
    keeper, other, theirs = store(), store(), store(owner=stranger)
    state_claims(other, importance=5)
    for wanted in ((keeper.pk, [other.pk]), (theirs.pk, [other.pk]), (10**12, [theirs.pk])):
        with pytest.raises(PhotosNotFound):
            merge_photos(*wanted, user=stranger, moment=NOW)
    merge_photos(keeper.pk, [other.pk], user=owner, moment=NOW)
    assert undo(NOW, user=stranger) == UndoResult(0, 0, 0)
    assert said(keeper)["importance"] == 5
    assert PhotoMerge.objects.exists()


def test_refuses_keeper_in_trash(store, owner):
    keeper, other = store(), store()
    change(keeper, trashed_at=NOW)
    with pytest.raises(KeeperUnavailable):
        merge_photos(keeper.pk, [other.pk], user=owner, moment=NOW)
    assert Photo.objects.get(pk=other.pk).trashed_at is None


def test_purge_deletes_expired_merges(store, owner):
    keeper, other = store(), store()
    state_claims(other, importance=5)
    merge_photos(keeper.pk, [other.pk], user=owner, moment=NOW - timedelta(days=DAYS_IN_TRASH, minutes=1))
    purge_trash()
    assert not PhotoMerge.objects.exists()
    assert [photo.importance for photo in Photo.objects.all()] == [5]


def test_photo_keeps_its_gains_after_purge(store, owner):
    keeper, other = store(), store()
    date(other, datetime(2023, 1, 1), witness="exif")
    merge_photos(keeper.pk, [other.pk], user=owner, moment=NOW - timedelta(days=DAYS_IN_TRASH, minutes=1))
    purge_trash()
    kept = Photo.objects.get()
    settle([kept])
    assert (kept.pk, kept.taken_at, kept.date_source) == (keeper.pk, datetime(2023, 1, 1), "exif")


def test_undo_keeps_details_of_deleted_photos(store, owner):
    keeper, other = store(), store()
    state_claims(other, importance=5, description="the only one who knew")
    other.sources.update(albums=["Stations"])
    merge_photos(keeper.pk, [other.pk], user=owner, moment=NOW)
    delete_from_trash(Photo.objects.all(), user=owner)
    assert undo(NOW, user=owner) == UndoResult(restored=0, groups=0, kept_edits=1)
    assert said(keeper)["description"] == "the only one who knew"
    assert albums(keeper) == ["Stations"]


def test_refuses_keeper_without_file(store, owner):
    keeper, other = store(), store()
    keeper.path.unlink()
    with pytest.raises(KeeperUnavailable):
        merge_photos(keeper.pk, [other.pk], user=owner, moment=NOW)
    assert Photo.objects.get(pk=other.pk).trashed_at is None


@pytest.mark.django_db(transaction=True)
def test_concurrent_merges_leave_one_photo(store, owner):
    one, other = store(), store()
    state_claims(one, importance=1)
    state_claims(other, importance=2)

    def keep(photo: Photo, rest: Photo, moment: datetime) -> bool:
        try:
            return bool(merge_photos(photo.pk, [rest.pk], user=owner, moment=moment))
        except KeeperUnavailable:
            return False
        finally:
            connections.close_all()

    # Both merges wait for the locked rows.
    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            list(Photo.objects.select_for_update().order_by("pk"))
            tabs = [
                pool.submit(keep, one, other, NOW),
                pool.submit(keep, other, one, NOW + timedelta(seconds=1)),
            ]
            while count_lock_waits() < 2 and not any(tab.done() for tab in tabs):
                time.sleep(0.05)
        done = [tab.result() for tab in tabs]
    assert sorted(done) == [False, True]
    kept = Photo.objects.visible_to(owner).get()
    assert kept == (one if done[0] else other)
    assert kept.importance == 2


@pytest.mark.django_db(transaction=True)
def test_undo_waits_for_concurrent_deletion(store, owner):
    keeper, other = store(), store()
    state_claims(other, importance=5)
    merge_photos(keeper.pk, [other.pk], user=owner, moment=NOW)

    def run_undo() -> UndoResult:
        try:
            return undo(NOW, user=owner)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            # Locks like deletion: the photo first, then its merges.
            list(Photo.objects.filter(pk=keeper.pk).select_for_update())
            undone = pool.submit(run_undo)
            while not count_lock_waits():
                time.sleep(0.05)
            Photo.objects.filter(pk=keeper.pk).delete()
        assert undone.result() == UndoResult(restored=1, groups=0, kept_edits=0)
    assert list(Photo.objects.visible_to(owner)) == [other]
