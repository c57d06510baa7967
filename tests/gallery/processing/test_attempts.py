"""Attempts are counted before the work; photos of a dead batch run alone; the third attempt is the last."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from gallery.models import Photo, Step, StepAttempt
from gallery.models import photo as photo_models
from gallery.processing.attempts import DependencyUnavailable, Failures, run_step, was_unavailable_recently
from gallery.processing.unfinished import withdraw_unfinished

V = "v1"


@pytest.fixture
def no_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photo_models, "RETRY_DELAY", timedelta(0))


@pytest.fixture
def photos(store: Callable[..., Photo]) -> list[Photo]:
    return [store() for _ in range(4)]


class Worker:
    """Work that records its batches and the attempts counted at that time."""

    def __init__(self, *, on: Callable[[list[Photo]], Failures] = lambda _photos: {}) -> None:
        self.batches: list[list[int]] = []
        self.counts: list[list[int]] = []
        self.on = on

    def __call__(self, photos: list[Photo]) -> Failures:
        self.batches.append([photo.pk for photo in photos])
        self.counts.append(list(StepAttempt.objects.filter(photo__in=photos).values_list("attempts", flat=True)))
        return self.on(photos)


def attempts() -> dict[int, int]:
    return dict(StepAttempt.objects.values_list("photo_id", "attempts"))


def ids(photos: list[Photo]) -> list[int]:
    return [photo.pk for photo in photos]


def test_counts_attempt_before_work_until_success(photos: list[Photo]) -> None:
    worker = Worker()
    run_step(Step.TEXT, V, photos, work=worker)
    assert worker.batches == [ids(photos)]
    assert worker.counts == [[1, 1, 1, 1]]
    assert not StepAttempt.objects.exists()


def test_stores_reason_of_failed_photo_only(photos: list[Photo]) -> None:
    run_step(Step.TEXT, V, photos, work=Worker(on=lambda batch: {batch[0].pk: "unread\0able"}))
    attempt = StepAttempt.objects.get()
    assert (attempt.photo, attempt.attempts, attempt.error) == (photos[0], 1, "unreadable")


def test_runs_photos_alone_after_batch_died(photos: list[Photo]) -> None:
    def die(_photos: list[Photo]) -> Failures:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_step(Step.TEXT, V, photos[:3], work=die)
    assert attempts() == dict.fromkeys(ids(photos[:3]), 1)

    worker = Worker()
    run_step(Step.TEXT, V, photos, work=worker)
    assert worker.batches == [[photos[3].pk], [photos[0].pk], [photos[1].pk], [photos[2].pk]]
    assert not StepAttempt.objects.exists()


def test_fails_deadly_photo_and_finishes_others(photos: list[Photo], no_delay: None) -> None:
    done: set[int] = set()

    def work(batch: list[Photo]) -> Failures:
        if photos[1] in batch:
            raise SystemExit  # a dying process says nothing either
        done.update(ids(batch))
        return {}

    for _round in range(10):
        missing = Photo.objects.awaiting(Step.TEXT, V).exclude(pk__in=done)
        try:
            run_step(Step.TEXT, V, missing, work=work)
        except SystemExit:
            continue
    assert done == {photos[0].pk, photos[2].pk, photos[3].pk}
    assert attempts() == {photos[1].pk: 3}
    assert StepAttempt.objects.get().is_final


def test_counts_and_raises_unexpected_error(photos: list[Photo]) -> None:
    def work(_photos: list[Photo]) -> Failures:
        raise ZeroDivisionError("by zero")

    with pytest.raises(ZeroDivisionError):
        run_step(Step.TEXT, V, photos, work=work)
    assert attempts() == dict.fromkeys(ids(photos), 1)
    assert StepAttempt.objects.first().error == "ZeroDivisionError: by zero"


def test_counts_no_attempt_when_dependency_is_unavailable(photos: list[Photo]) -> None:
    def work(_photos: list[Photo]) -> Failures:
        raise DependencyUnavailable("It sleeps.")

    for _round in range(5):
        run_step(Step.TEXT, V, photos, work=work)
    assert attempts() == dict.fromkeys(ids(photos), 0)
    assert StepAttempt.objects.first().error == "It sleeps."
    assert was_unavailable_recently(Step.TEXT, V)
    assert not was_unavailable_recently(Step.TEXT, "v2")


def test_skips_photo_deleted_meanwhile(photos: list[Photo]) -> None:
    def vanishing() -> Iterator[Photo]:
        yield from photos
        Photo.objects.filter(pk=photos[0].pk).delete()

    worker = Worker()
    run_step(Step.TEXT, V, vanishing(), work=worker)
    assert worker.batches == [ids(photos[1:])]


def test_finds_photos_that_await_step(photos: list[Photo]) -> None:
    tried, running, exhausted, broken = photos
    long_ago = photo_models.timezone.now() - 2 * photo_models.RETRY_DELAY
    for photo, count, when in (
        (tried, 2, long_ago),
        (exhausted, 3, long_ago),
        (running, 1, photo_models.timezone.now()),
    ):
        StepAttempt.objects.create(photo=photo, step=Step.TEXT, version=V, attempts=count)
        StepAttempt.objects.filter(photo=photo).update(failed_at=when)
    Photo.objects.filter(pk=broken.pk).update(defect="truncated")
    assert list(Photo.objects.awaiting(Step.TEXT, V)) == [tried]
    assert list(Photo.objects.awaiting(Step.TEXT, "v2")) == [exhausted, running, tried]
    # Names and dates are searched without pixels.
    assert list(Photo.objects.awaiting(Step.INDEX, V)) == [broken, exhausted, running, tried]


def test_withdraws_attempt_when_stopped(photos: list[Photo]) -> None:
    def stop(_batch: list[Photo]) -> Failures:
        withdraw_unfinished()
        raise SystemExit

    with pytest.raises(SystemExit):
        run_step(Step.TEXT, V, photos, work=stop)
    assert set(attempts().values()) == {0}
    run_step(Step.TEXT, V, photos[:1], work=Worker(on=lambda batch: {batch[0].pk: "unreadable"}))
    withdraw_unfinished()
    assert attempts()[photos[0].pk] == 1, "what has ended is not taken back"


def test_withdraws_attempt_once_when_stopped_and_unavailable(photos: list[Photo]) -> None:
    def stop(_batch: list[Photo]) -> Failures:
        withdraw_unfinished()
        raise DependencyUnavailable("It sleeps.")

    for _round in range(2):
        run_step(Step.TEXT, V, photos, work=stop)
        assert attempts() == dict.fromkeys(ids(photos), 0)
