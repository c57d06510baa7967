"""An attempt is counted before the work; what dies together is tried alone, and the third attempt is the last."""

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
    """Does the work, and remembers what was given to it together and what was counted then."""

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


def test_an_attempt_counts_before_the_work_and_goes_with_success(photos: list[Photo]) -> None:
    worker = Worker()
    run_step(Step.TEXT, V, photos, work=worker)
    assert worker.batches == [ids(photos)]
    assert worker.counts == [[1, 1, 1, 1]]
    assert not StepAttempt.objects.exists()


def test_a_photo_that_fails_keeps_its_reason_and_spares_the_others(photos: list[Photo]) -> None:
    run_step(Step.TEXT, V, photos, work=Worker(on=lambda batch: {batch[0].pk: "unread\0able"}))
    attempt = StepAttempt.objects.get()
    assert (attempt.photo, attempt.attempts, attempt.error) == (photos[0], 1, "unreadable")


def test_after_a_batch_died_its_photos_run_alone(photos: list[Photo]) -> None:
    def die(_photos: list[Photo]) -> Failures:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_step(Step.TEXT, V, photos[:3], work=die)
    assert attempts() == dict.fromkeys(ids(photos[:3]), 1)

    worker = Worker()
    run_step(Step.TEXT, V, photos, work=worker)
    assert worker.batches == [[photos[3].pk], [photos[0].pk], [photos[1].pk], [photos[2].pk]]
    assert not StepAttempt.objects.exists()


def test_the_killer_fails_for_good_and_its_neighbours_finish(photos: list[Photo], no_delay: None) -> None:
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


def test_an_unexpected_error_counts_and_goes_on_to_the_caller(photos: list[Photo]) -> None:
    def work(_photos: list[Photo]) -> Failures:
        raise ZeroDivisionError("by zero")

    with pytest.raises(ZeroDivisionError):
        run_step(Step.TEXT, V, photos, work=work)
    assert attempts() == dict.fromkeys(ids(photos), 1)
    assert StepAttempt.objects.first().error == "ZeroDivisionError: by zero"


def test_a_neighbour_that_is_down_costs_no_attempt(photos: list[Photo]) -> None:
    def work(_photos: list[Photo]) -> Failures:
        raise DependencyUnavailable("It sleeps.")

    for _round in range(5):
        run_step(Step.TEXT, V, photos, work=work)
    assert attempts() == dict.fromkeys(ids(photos), 0)
    assert StepAttempt.objects.first().error == "It sleeps."
    assert was_unavailable_recently(Step.TEXT, V)
    assert not was_unavailable_recently(Step.TEXT, "v2")


def test_a_photo_deleted_meanwhile_is_passed_over(photos: list[Photo]) -> None:
    def vanishing() -> Iterator[Photo]:
        yield from photos
        Photo.objects.filter(pk=photos[0].pk).delete()

    worker = Worker()
    run_step(Step.TEXT, V, vanishing(), work=worker)
    assert worker.batches == [ids(photos[1:])]


def test_what_awaits_a_step(photos: list[Photo]) -> None:
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
    assert list(Photo.objects.awaiting(Step.INDEX, V)) == [exhausted, running, tried]


def test_to_be_stopped_in_order_in_the_middle_of_the_work_is_no_attempt(photos: list[Photo]) -> None:
    def stop(_batch: list[Photo]) -> Failures:
        withdraw_unfinished()
        raise SystemExit

    with pytest.raises(SystemExit):
        run_step(Step.TEXT, V, photos, work=stop)
    assert set(attempts().values()) == {0}
    run_step(Step.TEXT, V, photos[:1], work=Worker(on=lambda batch: {batch[0].pk: "unreadable"}))
    withdraw_unfinished()
    assert attempts()[photos[0].pk] == 1, "what has ended is not taken back"


def test_an_attempt_is_taken_back_once_though_the_stop_comes_while_a_neighbour_is_down(photos: list[Photo]) -> None:
    def stop(_batch: list[Photo]) -> Failures:
        withdraw_unfinished()
        raise DependencyUnavailable("It sleeps.")

    for _round in range(2):
        run_step(Step.TEXT, V, photos, work=stop)
        assert attempts() == dict.fromkeys(ids(photos), 0)
