"""Near-duplicates are grouped around the photo to keep, in pages that need a constant number of queries."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery.models import MAX_ATTEMPTS, Photo, Step, StepAttempt
from gallery.pictures.images import THUMBNAIL_VERSION
from search.encoders.client import EncoderUnavailable
from search.models import ComparedPhoto, DismissedGroup, NearDuplicatePair, PhotoFingerprint, PhotoText
from search.near_duplicates import groups as engine
from search.near_duplicates.comparing import compare_words
from search.near_duplicates.copies import PIXELS, match_photos
from search.near_duplicates.dismissals import dismiss_groups, undo_dismissals
from search.near_duplicates.groups import find_groups, uncompared_count
from tests.factories import CLIP, embed, make_photos
from tests.search.near_duplicates.clusters import compare

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make CLIP the encoder, and text recognition unavailable."""
    monkeypatch.setattr(engine, "is_text_read", lambda: False)
    monkeypatch.setattr(engine, "choose_encoder", lambda scripts, *, user: CLIP)


def pair(one: Photo, other: Photo, distance: float = 0.01, *, model: str = PIXELS, reads: bool | None = True) -> None:
    first, second = sorted((one, other), key=lambda photo: photo.pk)
    NearDuplicatePair.objects.create(
        one=first, other=second, owner_id=one.owner_id, model=model, distance=distance, reads_alike=reads
    )


def change(photo: Photo, **fields) -> None:
    Photo.objects.filter(pk=photo.pk).update(**fields)


def shown(user: User, **options) -> list[list[int]]:
    return [[photo.pk for photo in group.photos] for group in find_groups(user=user, limit=20, **options).found]


@pytest.mark.parametrize(
    ("sources", "seconds", "is_pair"),
    [
        pytest.param(("exif", "exif"), 10, True, id="burst"),
        pytest.param(("exif", "exif"), -10, True, id="burst, older row later"),
        pytest.param(("exif", "exif"), 11, False, id="another moment"),
        pytest.param(("exif", "exif"), -3 * 365 * 86400, False, id="another year"),
        pytest.param(("exif", "filename"), 1, False, id="one camera date"),
        pytest.param(("exif", ""), None, False, id="one date"),
        pytest.param(("", ""), None, False, id="no dates"),
    ],
)
def test_vectors_group_only_bursts_and_pixels_all(user, sources, seconds, is_pair):
    one, other = make_photos(user, 2)
    taken = datetime(2020, 5, 1, 12)
    change(one, date_source=sources[0], taken_at=taken if sources[0] else None)
    later = None if seconds is None else taken + timedelta(seconds=seconds)
    change(other, date_source=sources[1], taken_at=later)
    pair(one, other, 0.02, model=CLIP.model)
    assert bool(shown(user)) == is_pair
    pair(one, other, 0.01)
    page = find_groups(user=user, limit=20)
    assert ([group.distances for group in page.found], page.others) == ([(0.01,)], 1)


def take_burst(photos: list[Photo]) -> None:
    """Let a camera date all of these photos to one second."""
    Photo.objects.filter(pk__in=[photo.pk for photo in photos]).update(
        date_source="exif", taken_at=datetime(2020, 5, 1, 12)
    )


def test_each_photo_is_a_near_duplicate_of_the_keeper(user):
    a, b, c, d = make_photos(user, 4)
    pair(a, b)
    pair(b, c)
    pair(c, d)
    # a is the best photo. c is near b, and d near c, but neither b nor c is a keeper.
    assert shown(user) == [[a.pk, b.pk]]
    change(b, importance=1)
    assert shown(user) == [[b.pk, a.pk, c.pk]]
    change(b, trashed_at=timezone.now())
    assert shown(user) == [[c.pk, d.pk]]


@pytest.mark.parametrize(
    "fields",
    [
        {"importance": 1},
        {"description": "the old station"},
        {"width": 41},
        {"taken_at": "2024-05-01", "date_source": "person"},
        {"file_size": 2},
    ],
)
def test_keeps_the_photo_with_the_best_details(user, fields):
    photos = make_photos(user, 3)
    Photo.objects.update(date_source="exif", taken_at="2023-05-01")
    for one, other in ((0, 1), (0, 2), (1, 2)):
        pair(photos[one], photos[other])
    assert shown(user)[0][0] == photos[0].pk
    change(photos[2], **fields)
    assert shown(user)[0][0] == photos[2].pk


def test_a_photo_belongs_to_its_nearest_keeper(user):
    one, other, between, near = make_photos(user, 4)
    pair(one, between, 0.03)
    pair(other, between, 0.02)
    pair(one, near, 0.01)
    assert shown(user) == [[one.pk, near.pk], [other.pk, between.pk]]


def test_hides_broken_trashed_and_differently_worded_photos(user, django_user_model):
    keeper, broken, trashed, worded, other_model, near = make_photos(user, 6)
    change(broken, defect="The file is damaged.")
    change(trashed, trashed_at=timezone.now())
    take_burst([keeper, worded, other_model])
    for photo, options in (
        (broken, {}),
        (trashed, {}),
        (worded, {"model": CLIP.model, "reads": False}),
        (other_model, {"model": "other@1"}),
    ):
        pair(keeper, photo, **options)
    assert shown(user) == []
    pair(keeper, near)
    assert shown(user) == [[keeper.pk, near.pk]]
    page = find_groups(user=user, limit=20)
    assert (page.groups, page.others, page.found[0].distances) == (1, 1, (0.01,))
    assert shown(django_user_model.objects.create_superuser("root")) == []


def test_compares_words_of_new_pairs_on_request(user, add_photo):
    keeper, same, another = (add_photo(text) for text in ("航班 NH961 上海", "航班 NH961 上海。", "发票 合计 120 元"))
    take_burst([keeper, same, another])
    pair(keeper, same, model=CLIP.model, reads=None)
    pair(keeper, another, model=CLIP.model, reads=None)
    assert shown(user) == [[keeper.pk, same.pk]]
    compare_words(user.pk, model=CLIP.model)
    assert shown(user) == [[keeper.pk, same.pk]]
    assert not NearDuplicatePair.objects.filter(reads_alike=None).exists()
    PhotoText.objects.all().delete()


def test_bursts_wait_for_their_text_or_its_last_attempt(user, monkeypatch):
    keeper, other, copy = make_photos(user, 3)
    take_burst([keeper, other])
    pair(keeper, other, model=CLIP.model)
    assert shown(user) == [[keeper.pk, other.pk]]
    monkeypatch.setattr(engine, "is_text_read", lambda: True)
    assert shown(user) == []
    # Pixels decide about copies without their text.
    pair(keeper, copy, 0.5)
    assert shown(user) == [[keeper.pk, copy.pk]]
    change(copy, trashed_at=timezone.now())
    PhotoText.objects.create(photo=keeper, owner=user, engine="drawn", text="")
    assert shown(user) == []
    attempt = StepAttempt.objects.create(photo=other, step=Step.TEXT, version="x", attempts=MAX_ATTEMPTS - 1)
    assert shown(user) == []
    StepAttempt.objects.update(attempts=MAX_ATTEMPTS)
    assert shown(user) == [[keeper.pk, other.pk]]
    attempt.delete()
    change(other, wants_text=False)
    assert shown(user) == [[keeper.pk, other.pk]]


def test_dismissed_photos_never_share_a_group_again(user):
    keeper, second, third = make_photos(user, 3)
    pair(keeper, second, 0.01)
    pair(keeper, third, 0.02)
    moment = timezone.now()
    dismiss_groups([[keeper.pk, second.pk, third.pk]], user=user, moment=moment)
    assert shown(user) == []
    # A new photo is a near-duplicate of all three, and is grouped with the nearest one only.
    (new,) = make_photos(user, 1)
    change(new, importance=5)
    for photo, distance in ((keeper, 0.03), (second, 0.01), (third, 0.02)):
        pair(new, photo, distance)
    assert shown(user) == [[new.pk, second.pk]]
    change(new, importance=0)
    assert shown(user) == [[second.pk, new.pk]]
    assert undo_dismissals(moment, user=user) == 1
    assert shown(user) == [[keeper.pk, second.pk, third.pk, new.pk]]


def test_users_dismiss_only_their_own_photos(user, django_user_model):
    keeper, second = make_photos(user, 2)
    pair(keeper, second)
    stranger = django_user_model.objects.create_user("stranger")
    moment = timezone.now()
    dismiss_groups([[keeper.pk, second.pk]], user=stranger, moment=moment)
    assert len(shown(user)) == 1
    dismiss_groups([[keeper.pk, second.pk]], user=user, moment=moment)
    assert undo_dismissals(moment, user=stranger) == 0
    assert shown(user) == []


def test_dismissals_are_stored_once_and_end_with_photos(user):
    first, second, third = make_photos(user, 3)
    groups = [[first.pk, second.pk, third.pk], [third.pk, first.pk], [second.pk, first.pk, third.pk]]
    for number, group in enumerate(groups):
        dismiss_groups([group], user=user, moment=timezone.now() + timedelta(seconds=number))
    assert DismissedGroup.objects.get().photos.count() == 3
    Photo.objects.filter(pk__in=[first.pk, second.pk]).delete()
    others = [photo.pk for photo in make_photos(user, 2)]
    dismiss_groups([others], user=user, moment=timezone.now())
    assert set(DismissedGroup.objects.get().photos.values_list("pk", flat=True)) == set(others)


def test_pages_need_a_constant_number_of_queries(user):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            find_groups(user=user, limit=2)
        return len(captured)

    photos = make_photos(user, 10)
    for keeper, other in zip(photos[:5], photos[:4:-1], strict=True):
        pair(keeper, other)
    few = queries()
    everything = shown(user)
    assert [group[1] for group in everything] == [photo.pk for photo in photos[:4:-1]]
    pages, cursor = [], None
    for _page in range(3):
        page = find_groups(user=user, limit=2, before=cursor)
        assert (page.groups, page.others) == (5, 5)
        pages += [[photo.pk for photo in group.photos] for group in page.found]
        cursor = page.next_cursor
    assert pages == everything
    assert cursor is None
    more = make_photos(user, 100)
    for number in range(0, 100, 2):
        pair(more[number], more[number + 1])
    assert queries() == few


def test_shows_the_nearest_photos_of_a_large_group(user, monkeypatch):
    photos = make_photos(user, 40)
    for number, photo in enumerate(photos[1:]):
        pair(photos[0], photo, number / 1000)
    (group,) = find_groups(user=user, limit=20).found
    assert [photo.pk for photo in group.photos] == [photo.pk for photo in photos[:25]]
    assert (group.others, group.hidden) == (39, 15)


def test_shows_pairs_found_earlier_without_an_encoder(user, monkeypatch):
    def unavailable(scripts, *, user):
        raise EncoderUnavailable

    monkeypatch.setattr(engine, "choose_encoder", unavailable)
    assert shown(user) == []
    keeper, other = make_photos(user, 2)
    take_burst([keeper, other])
    pair(keeper, other, model=CLIP.model)
    ComparedPhoto.objects.create(photo=keeper, owner=user, model=PIXELS, version=1)
    ComparedPhoto.objects.create(photo=keeper, owner=user, model=CLIP.model, version=1)
    assert shown(user) == [[keeper.pk, other.pk]]


def test_counts_photos_that_are_not_compared_yet(user):
    photos = make_photos(user, 5)
    # Photos in the trash do not count as waiting.
    change(make_photos(user, 1)[0], trashed_at=timezone.now())
    assert uncompared_count(user=user) == 5
    embed(photos, np.eye(4, dtype=np.float32)[[0, 1, 2, 1, 3]], model=CLIP.model)
    compare(user, model=CLIP.model, dimensions=4)
    assert uncompared_count(user=user) == 5
    # One has no thumbnails, and one has thumbnails whose pixels are not compared.
    for photo in photos[1:]:
        change(photo, thumbnail_version=THUMBNAIL_VERSION)
        PhotoFingerprint.objects.create(photo=photo, owner=user, bits=b"", inner_bits=b"")
    assert uncompared_count(user=user) == 5
    Photo.objects.filter(pk=photos[1].pk).update(trashed_at=timezone.now())
    match_photos(user.pk)
    assert uncompared_count(user=user) == 1
