"""The clock keeps every queue filled, newest photos first, and survives failures."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event
from typing import Any
from uuid import uuid4

import dramatiq
import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from redis import ConnectionError as BrokerDown

from gallery import clock
from gallery.assistants import AssistantCall
from gallery.clock import Clock, QueueFiller
from gallery.models import Photo, Step, StepAttempt
from gallery.pictures.images import THUMBNAIL_VERSION
from gallery.processing import tasks
from gallery.processing.steps import BlockedStep, CurrentStep, thumbnails_step
from gallery.storage.files import write_file
from search.encoders.client import EncoderUnavailable
from search.encoders.description import Calibration, EncoderInfo
from search.models import ComparedPhoto, NearDuplicatePair, PhotoEmbedding
from search.vectors import index
from tests.factories import CLIP
from tests.processes import queued_messages


class Ticks(Event):
    """A stop event that lets some ticks pass; `between` is called before each."""

    def __init__(self, *between: Callable[[], object]) -> None:
        super().__init__()
        self._between: Iterator[Callable[[], object]] = iter(between)

    def wait(self, timeout: float | None = None) -> bool:  # noqa: ARG002  (as Event.wait)
        happens = next(self._between, None)
        if happens:
            happens()
        return happens is None


def nothing() -> None:
    """A clock that can run for one tick."""


@pytest.fixture(autouse=True)
def one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the test's connection, because the test is one transaction."""
    monkeypatch.setattr(clock, "close_old_connections", nothing)


@pytest.fixture
def only_thumbnails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "current_steps", lambda: [thumbnails_step()])


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scan the library at every tick, without pauses."""
    monkeypatch.setattr(clock, "SCAN_PAUSE_FACTOR", 0)


def queued(broker: Any) -> list[list[int]]:
    return [arguments[0] for name, arguments in queued_messages(broker, "default") if name == "make_thumbnails"]


def work_off(broker: Any) -> None:
    """Process the queued messages like a worker."""
    for photo_ids in queued(broker):
        Photo.objects.filter(pk__in=photo_ids).update(thumbnail_version=THUMBNAIL_VERSION)
    broker.flush_all()


def insert_photos(count: int, *, owner: User) -> list[int]:
    """Insert photos without enqueuing them, like an import; return their ids, oldest first."""
    photos = [
        Photo(owner=owner, sha256=uuid4().hex, file="x", filename="x.png", width=1, height=1, file_size=1)
        for _ in range(count)
    ]
    return [photo.pk for photo in Photo.objects.bulk_create(photos)]


@pytest.mark.usefixtures("only_thumbnails", "at_once")
def test_processes_newest_photos_first(owner: User, broker: Any) -> None:
    backlog = insert_photos(80, owner=owner)
    newest_first = backlog[::-1]
    fresh: list[int] = []

    def upload_another() -> None:
        assert queued(broker) == [newest_first[begin : begin + 16] for begin in range(0, 64, 16)]
        work_off(broker)
        fresh.extend(insert_photos(1, owner=owner))

    def overtaken() -> None:
        assert queued(broker)[0] == [fresh[0], *newest_first[64:79]]
        work_off(broker)

    Clock().run(Ticks(nothing, upload_another, overtaken))
    assert not Photo.objects.exclude(thumbnail_version=THUMBNAIL_VERSION).exists()


@pytest.mark.usefixtures("at_once")
def test_sends_photo_again_only_after_retry_delay(
    store: Callable[..., Photo], broker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = store()
    now = [100.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    filler = QueueFiller(thumbnails_step())
    broker.flush_all()
    sent = []
    for seconds in (0, 1, 8, 2):
        now[0] += seconds
        filler.fill()
        sent.append(queued(broker))
        broker.flush_all()  # a worker fetched it, or the broker was restarted
    assert sent == [[[photo.pk]], [], [], [[photo.pk]]]


def test_scans_seldom_but_finds_new_photos_at_once(owner: User, broker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]

    def hundredths() -> float:
        now[0] += 0.01
        return now[0]

    photo_ids = insert_photos(70, owner=owner)
    monkeypatch.setattr(clock, "monotonic", hundredths)
    filler = QueueFiller(thumbnails_step())
    filler.fill()
    work_off(broker)
    Photo.objects.filter(pk=photo_ids[-1]).update(thumbnail_version=0)
    fresh = insert_photos(1, owner=owner)
    filler.fill()
    assert queued(broker) == [[*fresh, *photo_ids[5::-1]]]
    work_off(broker)
    now[0] += 11
    filler.fill()
    assert queued(broker) == [[photo_ids[-1]]]


def test_pauses_step_whose_dependency_was_unavailable(store: Callable[..., Photo], broker: Any) -> None:
    resting, _other = store(), store()
    broker.flush_all()
    step = thumbnails_step()
    StepAttempt.objects.create(photo=resting, step=step.step, version=step.version, attempts=0, error="It sleeps.")
    QueueFiller(step).fill()
    assert queued(broker) == []


def test_logs_failing_step_once_and_runs_others(
    store: Callable[..., Photo], broker: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> Any:
        raise ZeroDivisionError("broken")

    photo = store()
    broker.flush_all()
    steps: list[CurrentStep | BlockedStep] = [
        replace(thumbnails_step(), step=Step.TEXT, missing=broken),
        BlockedStep(Step.INDEX, "index", "No."),
        thumbnails_step(),
    ]
    monkeypatch.setattr(clock, "current_steps", lambda: steps)
    Clock().run(Ticks(nothing, nothing, nothing))
    assert queued(broker) == [[photo.pk]]
    assert caplog.text.count("ZeroDivisionError: broken") == 1


@pytest.mark.usefixtures("only_thumbnails", "at_once")
def test_survives_broker_that_is_down(
    store: Callable[..., Photo], broker: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    photo = store()
    broker.flush_all()
    caplog.set_level("INFO")

    def stop_broker() -> None:
        def down(*_args: object) -> None:
            raise BrokerDown("refused")

        monkeypatch.setattr(tasks, "redis_broker", down)

    def start_broker() -> None:
        monkeypatch.setattr(tasks, "redis_broker", dramatiq.get_broker)

    Clock().run(Ticks(stop_broker, nothing, start_broker))
    assert queued(broker) == [[photo.pk]]
    assert "works again" in caplog.text


@pytest.mark.usefixtures("only_thumbnails")
def test_sweeps_one_directory_per_round(
    store: Callable[..., Photo], media_root: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "TICKS_PER_ROUND", 1)
    stray = media_root / "originals" / "7" / "png" / "ab" / f"{'ab' * 32}.png"
    write_file(stray, [b"left by a crash"])
    kept = store()
    Clock().run(Ticks(*[nothing] * 12))
    assert not stray.exists()
    assert kept.path.exists()


@pytest.mark.usefixtures("only_thumbnails", "broker")
def test_forgets_assistant_calls_after_a_year(owner: User) -> None:
    for age in (364, 366):
        call = AssistantCall.objects.create(user=owner, token_name="key", tool="search", outcome=f"{age}")
        AssistantCall.objects.filter(pk=call.pk).update(called_at=timezone.now() - timedelta(days=age))
    Clock().run(Ticks(nothing))
    assert AssistantCall.objects.get().outcome == "364"


def encoder(state: str) -> EncoderInfo:
    calibration = Calibration(1, 0)
    return EncoderInfo("tiny", "Tiny", "tiny@1", 2, frozenset(), calibration, calibration, 0, state, "", True)  # type: ignore[arg-type]


@pytest.mark.usefixtures("broker")
def test_builds_index_for_model_beyond_exact_search(
    store: Callable[..., Photo], broker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "EXACT_ROWS", 1)
    monkeypatch.setattr(tasks, "describe_encoders", lambda: [encoder("ready")])
    for photo in (store(), store()):
        tasks.enqueue_vector_indexes()
        assert queued_messages(broker, "vision") == []
        PhotoEmbedding.objects.create(photo=photo, owner=photo.owner, model="tiny@1", view=0, vector=[1, 0])
    for _again in range(2):
        tasks.enqueue_vector_indexes()
    assert queued_messages(broker, "vision") == [("build_vector_index", ["tiny@1", 2])]

    broker.flush_all()
    monkeypatch.setattr(index, "has_vector_index", lambda _model: True)
    tasks.enqueue_vector_indexes()
    monkeypatch.setattr(tasks, "describe_encoders", lambda: [encoder("waiting")])
    tasks.enqueue_vector_indexes()
    assert queued_messages(broker, "vision") == []


def test_names_reasons_of_blocked_steps(monkeypatch: pytest.MonkeyPatch, settings: Any, db: None) -> None:
    def gone() -> list[EncoderInfo]:
        raise EncoderUnavailable("Nobody there.")

    settings.ELASTICSEARCH_URL = ""
    monkeypatch.setattr("gallery.processing.steps.describe_encoders", gone)
    blocked = {step.step: step.reason for step in clock.current_steps() if isinstance(step, BlockedStep)}
    assert blocked[Step.EMBEDDING] == "Nobody there."
    assert "Elasticsearch is not configured" in blocked[Step.INDEX]
    monkeypatch.setattr("gallery.processing.steps.describe_encoders", lambda: [encoder("ready")])
    ready = [step for step in clock.current_steps() if isinstance(step, CurrentStep) and step.step == Step.EMBEDDING]
    assert [(step.version, step.title) for step in ready] == [("tiny@1", "image recognition (Tiny)")]


def no_encoders() -> list[EncoderInfo]:
    raise EncoderUnavailable


def test_enqueues_comparisons_once_per_owner(store, owner, broker, monkeypatch):
    monkeypatch.setattr(tasks, "describe_encoders", lambda: [CLIP])
    monkeypatch.setattr(tasks, "choose_encoder", lambda scripts, *, user: CLIP)
    User.objects.create_user("without photos")
    photos = [store(), store()]
    for photo in photos:
        PhotoEmbedding.objects.create(photo=photo, owner=owner, model=CLIP.model, vector=[1, 0, 0, 0])
    tasks.enqueue_comparisons()
    tasks.enqueue_comparisons()
    ((actor, arguments),) = queued_messages(broker, "vision")
    assert (actor, arguments) == ("find_near_duplicates", [owner.pk, CLIP.model, CLIP.dimensions, 0.04])
    tasks.find_near_duplicates(*arguments)
    assert ComparedPhoto.objects.count() == 2
    assert NearDuplicatePair.objects.get().reads_alike
    broker.flush_all()
    # Pixels are compared without an encoder.
    monkeypatch.setattr(tasks, "describe_encoders", no_encoders)
    tasks.make_thumbnails([photo.pk for photo in photos])
    tasks.enqueue_comparisons()
    tasks.enqueue_comparisons()
    assert queued_messages(broker, "vision") == [("find_copies", [owner.pk])]
    broker.flush_all()
    tasks.find_copies(owner.pk)
    assert ComparedPhoto.objects.count() == 4
    # The next pass waits behind other work.
    assert queued_messages(broker, "vision") == [("find_copies", [owner.pk])]
    broker.flush_all()
    tasks.find_copies(owner.pk)
    tasks.enqueue_comparisons()
    assert queued_messages(broker, "vision") == []


def test_evaluates_search_once_a_night(broker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for day, hour, queued_after in ((1, 2, 0), (1, 3, 1), (1, 3, 1), (1, 4, 1)):
        monkeypatch.setattr(tasks.timezone, "localtime", lambda day=day, hour=hour: datetime(2026, 5, day, hour))
        tasks.enqueue_evaluation()
        assert len(queued_messages(broker, "vision")) == queued_after


def test_pauses_slow_work_a_hundred_times_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    now, begun = [100.0], []

    def work() -> None:
        begun.append(now[0])
        now[0] += 2

    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    throttled = clock.Throttled(work)
    for seconds in (0, 199, 1, 1):
        now[0] += seconds
        throttled()
    assert begun == [100, 302]
