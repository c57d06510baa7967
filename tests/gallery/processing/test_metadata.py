"""The metadata step reads every photo, broken ones too, and keeps what people have set."""

import os
from collections.abc import Callable
from datetime import datetime

import pytest
from PIL.ExifTags import Base

from gallery.metadata import reading
from gallery.metadata.process import ExifToolProcess, ReadingFailed
from gallery.models import Photo, PhotoSource, StepAttempt
from gallery.models import photo as photo_model
from gallery.processing import metadata, steps, tasks
from gallery.processing.progress import states
from gallery.processing.steps import BlockedStep, metadata_step
from tests.tagged_pictures import bag, position, regions, tagged_jpeg, xmp_packet

pytestmark = pytest.mark.usefixtures("broker")
TAKEN = Base.DateTimeOriginal
CATALOGUED = tagged_jpeg(
    tags={Base.Make: "FUJIFILM", Base.Model: "X-T5", Base.ImageDescription: "Am See"},
    exif={TAKEN: "2019:05:06 07:08:09", Base.LensModel: "XF23mm"},
    gps=position(30.25, 120.15),
    xmp=xmp_packet(bag("dc:subject", "See") + regions("Zoë"), xmp_Rating="4"),
)


def read(*photos: Photo) -> None:
    tasks.read_metadata([photo.pk for photo in photos])
    for photo in photos:
        photo.refresh_from_db()


def test_reads_what_the_door_leaves_out(store: Callable[..., Photo]) -> None:
    photo = store(CATALOGUED)
    revision = photo.revision
    read(photo)
    assert photo.metadata_version == reading.METADATA_VERSION
    assert (photo.taken_at, photo.date_source) == (datetime(2019, 5, 6, 7, 8, 9), "exif")
    assert photo.labels == {"title": "", "keywords": ["See"], "people": ["Zoë"]}
    assert (photo.description, photo.importance) == ("Am See", 4)
    assert (photo.latitude, photo.longitude) == (30.25, 120.15)
    assert photo.metadata["lens"] == "XF23mm"
    assert photo.folded_labels
    assert photo.folded_lens
    assert photo.revision > revision
    assert not Photo.objects.missing_metadata().exists()


def test_reading_again_changes_nothing(store: Callable[..., Photo]) -> None:
    photo = store(CATALOGUED)
    read(photo)
    before = photo.revision
    Photo.objects.update(metadata_version=0)
    read(photo)
    assert photo.revision == before
    assert photo.metadata_version == reading.METADATA_VERSION


def test_new_version_reads_whole_library_and_keeps_what_people_set(
    store: Callable[..., Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = [store(CATALOGUED), store(tagged_jpeg(exif={TAKEN: "2001:01:01 01:01:01"}))]
    read(*photos)
    mine = {"date": {"person": {"at": "1999-09-09T09:09:09", "offset": None}}, "importance": {"person": 1}}
    stale = {"date": {"exif": {"at": "1980-08-08T08:08:08", "offset": None}}, "description": {"exif": "Wrong"}}
    Photo.objects.filter(pk=photos[0].pk).update(claims=mine | {"description": stale["description"]})
    Photo.objects.filter(pk=photos[1].pk).update(claims=stale)
    newer = reading.METADATA_VERSION + 1
    for module in (reading, photo_model, steps, metadata):
        monkeypatch.setattr(module, "METADATA_VERSION", newer)
    assert set(Photo.objects.missing_metadata()) == set(photos)
    assert metadata_step().version == str(newer)
    read(*photos)
    assert not Photo.objects.missing_metadata().exists()
    assert (photos[0].taken_at, photos[0].date_source) == (datetime(1999, 9, 9, 9, 9, 9), "person")
    assert (photos[0].importance, photos[0].description) == (1, "Am See")
    assert (photos[1].taken_at, photos[1].description) == (datetime(2001, 1, 1, 1, 1, 1), "")


def test_reads_xmp_sidecars_of_sources(store: Callable[..., Photo]) -> None:
    photo = store(tagged_jpeg())
    packet = xmp_packet(bag("dc:subject", "Wald"), exif_DateTimeOriginal="2012-03-04T05:06:07", xmp_Rating="3")
    known = {"date": {"filename": {"at": "2001-01-01T00:00:00", "offset": None}, "sidecar": {"at": "2002-01-01"}}}
    source = PhotoSource.objects.create(
        photo=photo, path="/nas/a.jpg", sidecar_content=packet.encode(), sidecar="/nas/a.xmp", claims=known
    )
    read(photo)
    source.refresh_from_db()
    assert source.claims["date"]["filename"] == known["date"]["filename"]
    assert source.claims["date"]["sidecar"] == {"at": "2012-03-04T05:06:07", "offset": None}
    assert (photo.taken_at, photo.date_source) == (datetime(2012, 3, 4, 5, 6, 7), "sidecar")
    assert (photo.labels["keywords"], photo.importance) == (["Wald"], 3)


def test_keeps_json_sidecar_beside_xmp(store: Callable[..., Photo]) -> None:
    photo = store(tagged_jpeg())
    packet = xmp_packet(bag("dc:subject", "Wald"), xmp_Rating="3")
    known = {"description": {"sidecar": "Am See"}, "importance": {"sidecar": 5}}
    PhotoSource.objects.create(
        photo=photo, path="/nas/a.jpg", sidecar_content=packet.encode(), sidecar="/nas/a.jpg.json", claims=known
    )
    read(photo)
    assert (photo.description, photo.importance, photo.labels["keywords"]) == ("Am See", 3, ["Wald"])


def test_reads_broken_picture(store: Callable[..., Photo]) -> None:
    photo = store(CATALOGUED)
    Photo.objects.update(defect="This picture is damaged or incomplete.")
    read(photo)
    assert photo.labels["people"] == ["Zoë"]
    assert {state.step: state.state for state in states(photo)}["metadata"] == "done"


def test_file_that_stops_exiftool_fails_alone(store: Callable[..., Photo], monkeypatch: pytest.MonkeyPatch) -> None:
    hostile, other = store(CATALOGUED), store(tagged_jpeg(tags={Base.Make: "Camera"}))
    size, whole = hostile.path.stat().st_size, ExifToolProcess.read

    def stop(process: ExifToolProcess, file, **options) -> bytes:
        if os.fstat(file.fileno()).st_size == size:
            raise ReadingFailed("exiftool died")
        return whole(process, file, **options)

    monkeypatch.setattr(ExifToolProcess, "read", stop)
    read(hostile, other)
    assert (hostile.metadata_version, other.metadata_version) == (0, reading.METADATA_VERSION)
    (attempt,) = StepAttempt.objects.all()
    assert (attempt.photo_id, attempt.attempts) == (hostile.pk, 1)
    assert "exiftool cannot read this file" in attempt.error


def test_missing_file_is_named(store: Callable[..., Photo]) -> None:
    photo = store(CATALOGUED)
    photo.path.unlink()
    read(photo)
    assert StepAttempt.objects.get().error == "The original file is missing or cannot be read."


def test_missing_exiftool_blocks_step_and_counts_no_attempt(store: Callable[..., Photo], settings) -> None:
    photo = store(CATALOGUED)
    settings.EXIFTOOL = "/nowhere/exiftool"
    (blocked,) = (step for step in steps.current_steps() if step.step == "metadata")
    assert isinstance(blocked, BlockedStep)
    assert "/nowhere/exiftool" in blocked.reason
    read(photo)
    assert photo.metadata_version == 0
    assert not StepAttempt.objects.filter(attempts__gt=0).exists()
    assert {state.step: state.state for state in states(photo)}["metadata"] == "waiting"


def test_names_program_with_its_version(db: None) -> None:
    assert "exiftool 1" in metadata_step().title
