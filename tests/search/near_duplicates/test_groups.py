"""Look-alikes stand in stars around the best of them, page by page, in as many queries however many there are."""

from datetime import timedelta

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery.models import MAX_ATTEMPTS, Photo, Step, StepAttempt
from search.encoders.client import EncoderUnavailable
from search.models import ComparedPhoto, DismissedGroup, NearDuplicatePair, PhotoText
from search.near_duplicates import groups as engine
from search.near_duplicates.comparing import compare_words
from search.near_duplicates.groups import dismiss_groups, look_alikes, uncompared_count, undo_dismissals
from tests.factories import CLIP, embed, make_photos
from tests.search.near_duplicates.clusters import compare

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """CLIP answers, and nobody reads text."""
    monkeypatch.setattr(engine, "is_text_read", lambda: False)
    monkeypatch.setattr(engine, "choose_encoder", lambda scripts, *, user: CLIP)


def pair(
    one: Photo, other: Photo, distance: float = 0.01, *, model: str = CLIP.model, reads: bool | None = True
) -> None:
    first, second = sorted((one, other), key=lambda photo: photo.pk)
    NearDuplicatePair.objects.create(
        one=first, other=second, owner_id=one.owner_id, model=model, distance=distance, reads_alike=reads
    )


def change(photo: Photo, **fields) -> None:
    Photo.objects.filter(pk=photo.pk).update(**fields)


def shown(user: User, **options) -> list[list[int]]:
    return [[photo.pk for photo in group.photos] for group in look_alikes(user=user, limit=20, **options).found]


def test_each_looks_like_the_keeper_itself_and_chains_fall_apart(user):
    a, b, c, d = make_photos(user, 4)
    pair(a, b)
    pair(b, c)
    pair(c, d)
    # a is best; c looks like b, which is no keeper, and d like c, which is none either.
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
def test_the_keeper_is_the_one_that_says_most(user, fields):
    photos = make_photos(user, 3)
    Photo.objects.update(date_source="exif", taken_at="2023-05-01")
    for one, other in ((0, 1), (0, 2), (1, 2)):
        pair(photos[one], photos[other])
    assert shown(user)[0][0] == photos[0].pk
    change(photos[2], **fields)
    assert shown(user)[0][0] == photos[2].pk


def test_what_looks_like_two_keepers_stands_with_the_nearer(user):
    one, other, between, near = make_photos(user, 4)
    pair(one, between, 0.03)
    pair(other, between, 0.02)
    pair(one, near, 0.01)
    assert shown(user) == [[one.pk, near.pk], [other.pk, between.pk]]


def test_what_is_broken_in_the_bin_of_another_model_or_reads_otherwise_is_not_shown(user, django_user_model):
    keeper, broken, binned, told, unread, like = make_photos(user, 6)
    change(broken, defect="Out of order.")
    change(binned, trashed_at=timezone.now())
    for photo, options in ((broken, {}), (binned, {}), (told, {"reads": False}), (unread, {"model": "other@1"})):
        pair(keeper, photo, **options)
    assert shown(user) == []
    pair(keeper, like)
    assert shown(user) == [[keeper.pk, like.pk]]
    page = look_alikes(user=user, limit=20)
    assert (page.groups, page.others, page.found[0].distances) == (1, 1, (0.01,))
    assert shown(django_user_model.objects.create_superuser("root")) == []


def test_words_that_are_not_compared_yet_are_compared_when_asked(user, add_photo):
    keeper, same, another = (add_photo(text) for text in ("航班 NH961 上海", "航班 NH961 上海。", "发票 合计 120 元"))
    pair(keeper, same, reads=None)
    pair(keeper, another, reads=None)
    assert shown(user) == [[keeper.pk, same.pk]]
    compare_words(user.pk, model=CLIP.model)
    assert shown(user) == [[keeper.pk, same.pk]]
    assert not NearDuplicatePair.objects.filter(reads_alike=None).exists()
    PhotoText.objects.all().delete()


def test_where_text_is_read_photos_wait_until_theirs_is_or_is_given_up(user, monkeypatch):
    keeper, other = make_photos(user, 2)
    pair(keeper, other)
    assert shown(user) == [[keeper.pk, other.pk]]
    monkeypatch.setattr(engine, "is_text_read", lambda: True)
    assert shown(user) == []
    PhotoText.objects.create(photo=keeper, owner=user, engine="drawn", text="")
    assert shown(user) == []
    attempt = StepAttempt.objects.create(photo=other, step=Step.TEXT, version="x", attempts=MAX_ATTEMPTS - 1)
    assert shown(user) == []
    StepAttempt.objects.update(attempts=MAX_ATTEMPTS)
    assert shown(user) == [[keeper.pk, other.pk]]
    attempt.delete()
    change(other, wants_text=False)
    assert shown(user) == [[keeper.pk, other.pk]]


def test_what_was_kept_apart_never_comes_together_again_with_newcomers_either(user):
    keeper, second, third = make_photos(user, 3)
    pair(keeper, second, 0.01)
    pair(keeper, third, 0.02)
    moment = timezone.now()
    dismiss_groups([[keeper.pk, second.pk, third.pk]], user=user, moment=moment)
    assert shown(user) == []
    # A newcomer looks like all three: with the nearest of them alone it is shown, though the others are not its pairs.
    (newcomer,) = make_photos(user, 1)
    change(newcomer, importance=5)
    for photo, distance in ((keeper, 0.03), (second, 0.01), (third, 0.02)):
        pair(newcomer, photo, distance)
    assert shown(user) == [[newcomer.pk, second.pk]]
    change(newcomer, importance=0)
    assert shown(user) == [[second.pk, newcomer.pk]]
    assert undo_dismissals(moment, user=user) == 1
    assert shown(user) == [[keeper.pk, second.pk, third.pk, newcomer.pk]]


def test_one_keeps_apart_only_ones_own(user, django_user_model):
    keeper, second = make_photos(user, 2)
    pair(keeper, second)
    stranger = django_user_model.objects.create_user("stranger")
    moment = timezone.now()
    dismiss_groups([[keeper.pk, second.pk]], user=stranger, moment=moment)
    assert len(shown(user)) == 1
    dismiss_groups([[keeper.pk, second.pk]], user=user, moment=moment)
    assert undo_dismissals(moment, user=stranger) == 0
    assert shown(user) == []


def test_what_is_kept_apart_is_said_once_and_forgotten_with_the_photos(user):
    first, second, third = make_photos(user, 3)
    groups = [[first.pk, second.pk, third.pk], [third.pk, first.pk], [second.pk, first.pk, third.pk]]
    for number, group in enumerate(groups):
        dismiss_groups([group], user=user, moment=timezone.now() + timedelta(seconds=number))
    assert DismissedGroup.objects.get().photos.count() == 3
    Photo.objects.filter(pk__in=[first.pk, second.pk]).delete()
    others = [photo.pk for photo in make_photos(user, 2)]
    dismiss_groups([others], user=user, moment=timezone.now())
    assert set(DismissedGroup.objects.get().photos.values_list("pk", flat=True)) == set(others)


def test_pages_are_cut_by_the_newest_photo_and_cost_the_same_however_many_there_are(user):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            look_alikes(user=user, limit=2)
        return len(captured)

    photos = make_photos(user, 10)
    for keeper, other in zip(photos[:5], photos[:4:-1], strict=True):
        pair(keeper, other)
    few = queries()
    everything = shown(user)
    assert [group[1] for group in everything] == [photo.pk for photo in photos[:4:-1]]
    pages, cursor = [], None
    for _page in range(3):
        page = look_alikes(user=user, limit=2, before=cursor)
        assert (page.groups, page.others) == (5, 5)
        pages += [[photo.pk for photo in group.photos] for group in page.found]
        cursor = page.next_cursor
    assert pages == everything
    assert cursor is None
    more = make_photos(user, 100)
    for number in range(0, 100, 2):
        pair(more[number], more[number + 1])
    assert queries() == few


def test_of_a_very_large_group_the_nearest_are_shown(user, monkeypatch):
    photos = make_photos(user, 40)
    for number, photo in enumerate(photos[1:]):
        pair(photos[0], photo, number / 1000)
    (group,) = look_alikes(user=user, limit=20).found
    assert [photo.pk for photo in group.photos] == [photo.pk for photo in photos[:25]]
    assert (group.others, group.hidden) == (39, 15)


def test_without_an_encoder_the_pairs_that_were_found_last_are_shown(user, monkeypatch):
    def unavailable(scripts, *, user):
        raise EncoderUnavailable

    monkeypatch.setattr(engine, "choose_encoder", unavailable)
    assert shown(user) == []
    keeper, other = make_photos(user, 2)
    pair(keeper, other)
    ComparedPhoto.objects.create(photo=keeper, owner=user, model=CLIP.model, version=1)
    assert shown(user) == [[keeper.pk, other.pk]]


def test_what_is_found_is_shown_and_what_is_not_compared_yet_is_counted(user):
    photos = make_photos(user, 5)
    # In the bin, and not to be found by what it shows: neither of them is waited for.
    gone, odd = make_photos(user, 2)
    change(gone, trashed_at=timezone.now())
    change(odd, wants_features=False)
    assert uncompared_count(user=user) == 5
    embed(photos, np.eye(4, dtype=np.float32)[[0, 1, 2, 1, 3]], model=CLIP.model)
    assert uncompared_count(user=user) == 5
    compare(user, model=CLIP.model, dimensions=4)
    assert uncompared_count(user=user) == 0
    assert shown(user) == [[photos[1].pk, photos[3].pk]]
