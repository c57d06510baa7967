"""Each actor processes only photos that lack its output; a failure is stored with its photo."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dramatiq
import numpy as np
import pytest
from PIL import Image

import gallery.bulk_import.tasks  # noqa: F401 - declares its queue
from gallery.models import DocumentRemoval, Photo, Step, StepAttempt
from gallery.pictures.images import THUMBNAIL_VERSION, DecodingFailed
from gallery.processing import queues, tasks, work
from gallery.processing.steps import embedding_step, thumbnails_step
from gallery.storage.files import THUMBNAIL_SIDES, thumbnail_path
from search.encoders.client import EncoderLost, EncoderUnavailable
from search.models import ComparedPhoto, NearDuplicatePair, PhotoEmbedding, PhotoText, missing_texts
from search.ocr.reader import TextLine, TextRecognitionFailed, TextRecognitionUnavailable, engine_version
from tests.drawing import noise, picture, png_claiming, save_image
from tests.processes import queued_messages

pytestmark = pytest.mark.usefixtures("broker")
BOX = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
MODEL = "tiny@0123456789ab.1"


def thumbnails_of(photo: Photo) -> list[Path]:
    return [thumbnail_path(size, owner_id=photo.owner_id, sha256=photo.sha256) for size in THUMBNAIL_SIDES]


def attempts() -> dict[int, tuple[int, str]]:
    return {row.photo_id: (row.attempts, row.error) for row in StepAttempt.objects.all()}


def test_makes_thumbnails_once(store: Callable[..., Photo]) -> None:
    photo = store(picture(size=(2000, 1000)))
    tasks.make_thumbnails([photo.pk])
    photo.refresh_from_db()
    assert photo.thumbnail_version == THUMBNAIL_VERSION
    assert [Image.open(path).size for path in thumbnails_of(photo)] == [(320, 160), (1600, 800)]
    made_at = [path.stat().st_mtime_ns for path in thumbnails_of(photo)]
    tasks.make_thumbnails([photo.pk])
    assert [path.stat().st_mtime_ns for path in thumbnails_of(photo)] == made_at
    assert not StepAttempt.objects.exists()


def test_marks_broken_picture_and_processes_others(store: Callable[..., Photo]) -> None:
    broken = store(png_claiming(64, 48).getvalue())
    whole = store()
    tasks.make_thumbnails([broken.pk, whole.pk])
    for photo in (broken, whole):
        photo.refresh_from_db()
    assert "damaged" in broken.defect
    assert attempts() == {broken.pk: (1, broken.defect)}
    assert whole.thumbnail_version == THUMBNAIL_VERSION
    assert not Photo.objects.missing_thumbnails().exists()


def test_notes_what_is_wrong_with_picture_that_is_shown(store: Callable[..., Photo]) -> None:
    data = save_image(noise((640, 480), "RGB"), "JPEG").getvalue()
    photo = store(data[: len(data) * 9 // 10])
    tasks.make_thumbnails([photo.pk])
    photo.refresh_from_db()
    assert (photo.thumbnail_version, photo.defect) == (THUMBNAIL_VERSION, "")
    assert "incomplete" in photo.note


@pytest.mark.parametrize(
    ("error", "reason"), [(MemoryError(), "Not enough memory"), (DecodingFailed("Too demanding."), "Too demanding.")]
)
def test_counts_lack_of_memory_as_failed_attempt(
    error: Exception, reason: str, store: Callable[..., Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    demanding, other = store(), store()
    real = work.open_image

    def open_image(file: Path, **options: Any) -> Image.Image:
        if file == demanding.path:
            raise error
        return real(file, **options)

    monkeypatch.setattr(work, "open_image", open_image)
    thumbnails_step().run([demanding.pk, other.pk])
    demanding.refresh_from_db()
    other.refresh_from_db()
    assert (demanding.defect, demanding.thumbnail_version) == ("", 0)
    assert other.thumbnail_version == THUMBNAIL_VERSION
    count, stored_reason = attempts()[demanding.pk]
    assert count == 1
    assert reason in stored_reason


def test_fails_without_defect_when_file_is_missing(store: Callable[..., Photo]) -> None:
    photo = store()
    photo.path.unlink()
    tasks.make_thumbnails([photo.pk])
    photo.refresh_from_db()
    assert photo.defect == ""
    assert attempts() == {photo.pk: (1, "The original file is missing or cannot be read.")}


def test_counts_no_attempt_when_disk_is_full(store: Callable[..., Photo], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    photo = store()
    monkeypatch.setattr(work, "write_file", full)
    tasks.make_thumbnails([photo.pk])
    assert attempts() == {photo.pk: (0, "Thumbnails cannot be written to the disk.")}


def test_stores_text_and_indexes_photo_again(
    store: Callable[..., Photo], broker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = store()
    lines = [TextLine("NH961\0", 0.9, BOX), TextLine("调休", 0.8, BOX)]
    monkeypatch.setattr(work.reader, "extract_text", lambda _path: lines)
    tasks.extract_texts([photo.pk])
    text = PhotoText.objects.get()
    assert (text.photo, text.owner, text.text, text.engine) == (photo, photo.owner, "NH961\n调休", engine_version())
    assert text.lines[1] == {
        "text": "调休",
        "confidence": 0.8,
        "box": [list(corner) for corner in BOX],
        "separator": "\n",
        "script": "",
    }
    photo.refresh_from_db()
    assert photo.revision == 2
    assert ("index_photos", [[photo.pk]]) in queued_messages(broker, "default")


def test_compares_again_when_text_or_embedding_changes(
    store: Callable[..., Photo], broker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = store(), store()
    ComparedPhoto.objects.create(photo=other, owner=other.owner, model="x", version=1)
    NearDuplicatePair.objects.create(one=one, other=other, owner=one.owner, model="x", distance=0, reads_alike=True)
    monkeypatch.setattr(work.reader, "extract_text", lambda _path: [TextLine("NH961", 0.9, BOX)])
    tasks.extract_texts([other.pk])
    assert NearDuplicatePair.objects.get().reads_alike is None
    monkeypatch.setattr(
        work.encoders, "encode_photos", lambda paths, rotations, model: [vectors(1.0) for _path in paths]
    )
    tasks.embed_photos([other.pk], "x")
    assert not NearDuplicatePair.objects.exists()
    assert not ComparedPhoto.objects.exists()


def test_keeps_document_of_picture_without_text(store: Callable[..., Photo], monkeypatch: pytest.MonkeyPatch) -> None:
    photo = store()
    monkeypatch.setattr(work.reader, "extract_text", lambda _path: [])
    tasks.extract_texts([photo.pk])
    photo.refresh_from_db()
    assert PhotoText.objects.get().text == ""
    assert photo.revision == 1


def test_keeps_text_of_older_engine_until_read_again(
    store: Callable[..., Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_path: Path) -> list[TextLine]:
        raise TextRecognitionFailed("so")

    photo = store()
    PhotoText.objects.create(photo=photo, owner=photo.owner, engine="older@1.1", text="old words")
    assert missing_texts(engine_version()).get() == photo
    monkeypatch.setattr(work.reader, "extract_text", fail)
    tasks.extract_texts([photo.pk])
    assert PhotoText.objects.get().text == "old words"
    StepAttempt.objects.all().delete()
    monkeypatch.setattr(work.reader, "extract_text", lambda _path: [TextLine("new words", 0.9, BOX)])
    tasks.extract_texts([photo.pk])
    assert PhotoText.objects.get().text == "new words"
    assert not missing_texts(engine_version()).exists()


def test_counts_failed_but_not_unavailable_recognition(
    store: Callable[..., Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(path: Path) -> list[TextLine]:
        raise (TextRecognitionFailed if path == failing.path else TextRecognitionUnavailable)("so")

    failing, other = store(), store()
    monkeypatch.setattr(work.reader, "extract_text", read)
    tasks.extract_texts([failing.pk])
    tasks.extract_texts([other.pk])
    assert attempts() == {failing.pk: (1, "so"), other.pk: (0, "so")}


def vectors(*views: float) -> np.ndarray:
    return np.array([[view, 1 - view] for view in views], dtype=np.float16)


def test_replaces_all_views_of_a_photo(store: Callable[..., Photo], monkeypatch: pytest.MonkeyPatch) -> None:
    long, short = sorted((store(), store()), key=lambda photo: -photo.pk)
    answers = {long.path: vectors(0.0, 0.25, 0.5), short.path: vectors(1.0)}
    monkeypatch.setattr(
        work.encoders, "encode_photos", lambda paths, rotations, model: [answers[path] for path in paths]
    )
    PhotoEmbedding.objects.create(photo=long, owner=long.owner, model="other@1", view=0, vector=[1, 0])
    for _again in range(2):
        tasks.embed_photos([short.pk, long.pk], MODEL)
    stored = PhotoEmbedding.objects.filter(model=MODEL).order_by("photo", "view")
    assert [(row.photo_id, row.owner_id, row.view, list(row.vector)) for row in stored] == [
        (short.pk, short.owner_id, 0, [1, 0]),
        (long.pk, long.owner_id, 0, [0, 1]),
        (long.pk, long.owner_id, 1, [0.25, 0.75]),
        (long.pk, long.owner_id, 2, [0.5, 0.5]),
    ]
    assert PhotoEmbedding.objects.filter(model="other@1").count() == 1


def test_fails_with_reason_of_encoder(store: Callable[..., Photo], monkeypatch: pytest.MonkeyPatch) -> None:
    unreadable, gone = store(), store()
    gone.path.unlink()
    monkeypatch.setattr(work.encoders, "encode_photos", lambda paths, rotations, model: ["No."] * len(paths))
    tasks.embed_photos([unreadable.pk, gone.pk], MODEL)
    assert attempts() == {
        unreadable.pk: (1, "No."),
        gone.pk: (1, "The original file is missing or cannot be read."),
    }
    assert not Photo.objects.exclude(defect="").exists()


@pytest.mark.parametrize(("error", "count"), [(EncoderLost, 1), (EncoderUnavailable, 0)])
def test_counts_crash_but_not_absence_of_encoder(
    error: type[Exception], count: int, store: Callable[..., Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    def encode(paths: list[Path], *, rotations: list[int], model: str) -> list[np.ndarray]:
        raise error("Gone.")

    photo_ids = [store().pk, store().pk]
    monkeypatch.setattr(work.encoders, "encode_photos", encode)
    tasks.embed_photos(photo_ids, MODEL)
    assert attempts() == dict.fromkeys(photo_ids, (count, "Gone."))


@pytest.mark.django_db(transaction=True)
def test_keeps_removals_until_index_is_updated(broker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(_photo_ids: list[int]) -> None:
        raise tasks.keyword_index.KeywordSearchUnavailable("It sleeps.")

    tasks.enqueue_unindexing([1, 2])
    assert queued_messages(broker, "default") == [("unindex_photos", [[1, 2]])]
    broker.flush_all()  # lost
    for _again in range(2):
        tasks.resume_unindexing()
    assert queued_messages(broker, "default") == [("unindex_photos", [[1, 2]])]
    monkeypatch.setattr(tasks.keyword_index, "unindex_photos", down)
    tasks.unindex_photos([1, 2])
    assert DocumentRemoval.objects.count() == 2
    monkeypatch.setattr(tasks.keyword_index, "unindex_photos", lambda _photo_ids: None)
    tasks.unindex_photos([1, 2])
    assert not DocumentRemoval.objects.exists()
    broker.flush_all()
    tasks.resume_unindexing()
    assert queued_messages(broker, "default") == []


def test_enqueues_new_photo_for_every_step(store: Callable[..., Photo], broker: Any) -> None:
    photo = store()
    tasks.enqueue_processing([photo.pk])
    assert queued_messages(broker, "default") == [
        (name, [[photo.pk]]) for name in ("make_thumbnails", "read_metadata", "index_photos")
    ]
    assert queued_messages(broker, "ocr") == [("extract_texts", [[photo.pk]])]


def test_keeps_at_most_four_batches_per_queue(broker: Any) -> None:
    tasks.make_thumbnails.send([0])
    for photo_id in range(1, 10):
        tasks.enqueue_processing([photo_id])
    kinds = [name for name, _arguments in queued_messages(broker, "default")]
    assert (kinds.count("make_thumbnails"), kinds.count("index_photos")) == (4, 4)
    assert len(queued_messages(broker, "ocr")) == 4
    assert queues.queue_lengths() == {"default": 12, "ocr": 4, "vision": 0, "import": 0}


def test_fills_queue_in_order_without_repeats(broker: Any) -> None:
    step = thumbnails_step()
    assert tasks.top_up(step, list(range(100, 60, -1))) == list(range(100, 60, -1))
    assert tasks.top_up(step, list(range(101, 0, -1))) == [101, *range(60, 45, -1)]
    assert tasks.top_up(step, list(range(45, 0, -1))) == []
    batches = [arguments[0] for _name, arguments in queued_messages(broker, "default")]
    assert batches == [
        list(range(100, 84, -1)),
        list(range(84, 68, -1)),
        list(range(68, 60, -1)),
        [101, *range(60, 45, -1)],
    ]


def test_keeps_four_batches_per_model(broker: Any) -> None:
    for model in ("a@1", "b@1"):
        assert tasks.top_up(embedding_step(model), list(range(100))) == list(range(64))
    assert [arguments[1] for _name, arguments in queued_messages(broker, "vision")] == ["a@1"] * 4 + ["b@1"] * 4


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "unix:///nowhere/valkey.sock"])
def test_survives_broker_that_is_down(
    url: str, store: Callable[..., Photo], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tasks, "redis_broker", lambda: dramatiq.brokers.redis.RedisBroker(url=url))
    tasks.enqueue_processing([store().pk])
    assert "the broker does not answer" in caplog.text


def test_finds_photos_by_current_version(store: Callable[..., Photo]) -> None:
    photo = store()
    assert list(thumbnails_step().missing()) == [photo]
    Photo.objects.update(thumbnail_version=THUMBNAIL_VERSION)
    assert not thumbnails_step().missing().exists()
    assert embedding_step(MODEL).step == Step.EMBEDDING
