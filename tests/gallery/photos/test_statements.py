"""Dates and places by hand: recorded, settled, and undone exactly, for the owner's photos only."""

from datetime import date, datetime, time, timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from gallery.models import EditedPhoto, Photo, PhotoEdit
from gallery.photos.dating import (
    OwnZone,
    clear_date,
    set_date,
    set_moment,
    set_zone,
    shift_date,
    use_automatic_date,
)
from gallery.photos.placing import clear_place, set_place, use_automatic_place
from gallery.photos.shifting import Shift
from gallery.photos.statements import (
    DAYS_UNTIL_FORGOTTEN,
    EditOutcome,
    EditUndone,
    Skipped,
    Statement,
    apply_statement,
    forget_old_edits,
    undo_edit,
)
from gallery.photos.time_zones import parse_zone
from gallery.photos.trash import move_to_trash
from tests.factories import make_photos, state_claims

EXIF_DATE = {"at": "2024-05-01T18:30:00.250000", "offset": 120}
KEPT = OwnZone.KEPT


@pytest.fixture
def photo(owner) -> Photo:
    """A photo whose file states date and place."""
    (photo,) = make_photos(owner, 1)
    state_claims(photo, witness="exif", date=EXIF_DATE, place={"latitude": 1.5, "longitude": 2.5})
    return Photo.objects.get(pk=photo.pk)


def edit(statement: Statement, *photos: Photo, user: User | None = None) -> EditOutcome:
    chosen = Photo.objects.filter(pk__in=[photo.pk for photo in photos])
    return apply_statement(chosen, user=user or photos[0].owner, statement=statement)


def dated(photo: Photo) -> tuple:
    return Photo.objects.values_list("taken_at", "taken_offset", "date_source").get(pk=photo.pk)


def placed(photo: Photo) -> tuple:
    return Photo.objects.values_list("latitude", "longitude", "place_source").get(pk=photo.pk)


TAKEN = datetime(2024, 5, 1, 18, 30, 0, 250_000)
BERLIN = parse_zone("Europe/Berlin")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (set_date(date(1987, 7, 1), time(9, 5), zone=KEPT), (datetime(1987, 7, 1, 9, 5), 120, "person")),
        (set_date(date(1987, 7, 1), None, zone=KEPT), (datetime(1987, 7, 1, 18, 30, 0, 250_000), 120, "person")),
        (set_date(date(2024, 5, 2), time(18, 30), zone=None), (TAKEN + timedelta(days=1), None, "person")),
        (set_date(date(1838, 2, 3), time(8), zone=BERLIN), (datetime(1838, 2, 3, 8), 53, "person")),
        (set_moment(datetime(1969, 12, 31, 23, 59), zone=None), (datetime(1969, 12, 31, 23, 59), None, "person")),
        (set_moment(datetime(2024, 2, 29), zone=parse_zone("+05:45")), (datetime(2024, 2, 29), 345, "person")),
        (set_zone(parse_zone("Asia/Shanghai")), (TAKEN, 480, "person")),
        (set_zone(None), (TAKEN, None, "person")),
        (shift_date(Shift(years=-1), zone=KEPT), (TAKEN.replace(year=2023), 120, "person")),
        (shift_date(Shift(months=-4), zone=BERLIN), (TAKEN.replace(month=1), 60, "person")),
        (shift_date(Shift(months=-4), zone=KEPT), (TAKEN.replace(month=1), 120, "person")),
        (clear_date(), (None, None, "person")),
        (use_automatic_date(), (TAKEN, 120, "exif")),
    ],
)  # fmt: skip
def test_changes_date_and_undoes_it(photo, statement, expected):
    before = dated(photo)
    outcome = edit(statement, photo)
    assert (outcome.count, dated(photo)) == (1, expected)
    if expected == before:
        assert outcome.edit is None
        return
    assert undo_edit(outcome.edit.pk, user=photo.owner) == EditUndone(restored=1)
    assert dated(photo) == before
    assert not PhotoEdit.objects.filter(pk=outcome.edit.pk).exists()


def test_automatic_date_follows_manual_and_cleared_ones(photo):
    for statement in (set_date(date(2000, 1, 1), None, zone=None), clear_date()):
        edit(statement, photo)
        edit(use_automatic_date(), photo)
        assert dated(photo) == (TAKEN, 120, "exif")
        assert Photo.objects.get(pk=photo.pk).claims["date"] == {"exif": EXIF_DATE}


def test_changes_place_and_undoes_it(photo):
    first = edit(set_place(30.25, 120.16), photo)
    assert placed(photo) == (30.25, 120.16, "person")
    second = edit(clear_place(), photo)
    assert placed(photo) == (None, None, "person")
    assert Photo.objects.get(pk=photo.pk).metadata_version == 0
    undo_edit(second.edit.pk, user=photo.owner)
    assert placed(photo) == (30.25, 120.16, "person")
    undo_edit(first.edit.pk, user=photo.owner)
    assert placed(photo) == (1.5, 2.5, "exif")
    edit(set_place(0, 0), photo)
    edit(use_automatic_place(), photo)
    assert placed(photo) == (1.5, 2.5, "exif")


def test_undo_leaves_photos_edited_since(photo, owner):
    (other,) = make_photos(owner, 1)
    outcome = edit(set_date(date(2000, 1, 1), time(1), zone=None), photo, other)
    edit(set_place(3, 4), photo, other)  # of other fields
    edit(shift_date(Shift(hours=1), zone=KEPT), other)
    assert undo_edit(outcome.edit.pk, user=owner) == EditUndone(restored=1, kept=1)
    assert dated(photo) == (TAKEN, 120, "exif")
    assert dated(other) == (datetime(2000, 1, 1, 2), None, "person")
    assert placed(photo)[:2] == placed(other)[:2] == (3, 4)
    assert undo_edit(outcome.edit.pk, user=owner) is None


def test_shift_leaves_out_undated_photos_and_impossible_dates(photo, owner):
    undated, ancient = make_photos(owner, 2)
    edit(set_date(date(1000, 1, 1), time(0), zone=None), ancient)
    outcome = edit(shift_date(Shift(days=-1), zone=KEPT), photo, undated, ancient)
    assert outcome.count == 1
    assert outcome.skipped == {Skipped.UNDATED: 1, Skipped.OUT_OF_RANGE: 1}
    assert dated(photo)[0] == TAKEN - timedelta(days=1)
    assert dated(undated) == (None, None, "")
    assert dated(ancient)[0] == datetime(1000, 1, 1)
    assert edit(set_zone(None), undated).skipped == {Skipped.UNDATED: 1}


def test_changes_and_undoes_only_own_photos(photo, owner):
    stranger = User.objects.create_user("stranger")
    (foreign,) = make_photos(stranger, 1)
    statement = set_date(date(2000, 1, 1), time(0), zone=None)
    outcome = edit(statement, photo, foreign, user=owner)
    assert outcome.count == 1
    assert dated(foreign) == (None, None, "")
    assert undo_edit(outcome.edit.pk, user=stranger) is None
    assert dated(photo)[2] == "person"
    move_to_trash(Photo.objects.filter(pk=photo.pk), user=owner)
    assert edit(statement, photo).count == 0
    # An edit is undone even in the trash.
    assert undo_edit(outcome.edit.pk, user=owner) == EditUndone(restored=1)


def test_edits_many_photos_with_few_queries(owner, django_assert_max_num_queries):
    photos = make_photos(owner, 40)
    edit(set_date(date(2000, 1, 1), time(0), zone=None), *photos)
    with django_assert_max_num_queries(13):
        outcome = edit(shift_date(Shift(years=1), zone=KEPT), *photos)
    assert outcome.count == EditedPhoto.objects.filter(edit=outcome.edit).count() == 40
    with django_assert_max_num_queries(15):
        assert undo_edit(outcome.edit.pk, user=owner).restored == 40
    assert set(Photo.objects.values_list("taken_at", flat=True)) == {datetime(2000, 1, 1)}


def test_reindexes_changed_photos(photo, broker, django_capture_on_commit_callbacks):
    revision = photo.revision
    with django_capture_on_commit_callbacks() as callbacks:
        edit(set_date(date(2000, 1, 1), time(0), zone=None), photo)
        edit(set_date(date(2000, 1, 1), time(0), zone=None), photo)
    assert len(callbacks) == 1
    changed = Photo.objects.get(pk=photo.pk)
    assert changed.revision == revision + 1
    assert changed.edited_at is not None


def test_forgets_old_edits(photo, owner):
    old, new = (edit(set_place(number, 0), photo).edit for number in (1, 2))
    past = timezone.now() - timedelta(days=DAYS_UNTIL_FORGOTTEN + 1)
    PhotoEdit.objects.filter(pk=old.pk).update(edited_at=past)
    forget_old_edits()
    assert undo_edit(old.pk, user=owner) is None
    assert undo_edit(new.pk, user=owner) == EditUndone(restored=1)
