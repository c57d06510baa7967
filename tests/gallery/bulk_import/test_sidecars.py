"""Imports bring what sidecars state, whichever copy of a picture has one, and whenever it comes."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from gallery.models import ImportJob, Photo, PhotoSource
from tests.drawing import picture
from tests.factories import verdicts
from tests.folders import write_file

XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"


def google(title: str, timestamp: int, **more: Any) -> bytes:
    return json.dumps({"title": title, "photoTakenTime": {"timestamp": str(timestamp)}} | more).encode()


def test_dates_pictures_whose_sidecars_have_another_case(bring: Callable[..., ImportJob], tmp_path: Path) -> None:
    year = tmp_path / "export/Takeout/Google Photos/Photos from 2020"
    for name, data in {
        "P7040106.png": picture(1), "P7040106.PNG.json": google("P7040106.PNG", 1593856866),
        "IMG_4081.png": picture(2), "IMG_4081.PNG.json": google("IMG_4081.PNG", 1593860466),
        "IMG_4081(1).png": picture(3), "IMG_4081.PNG(1).json": google("IMG_4081.PNG", 1432899863),
    }.items():  # fmt: skip
        write_file(year / name, data)
    job = bring(tmp_path / "export")
    found = Photo.objects.filter(sources__job=job).values_list("taken_at", "date_source")
    assert sorted(found) == [
        (datetime(2015, 5, 29, 11, 44, 23), "sidecar"),
        (datetime(2020, 7, 4, 10, 1, 6), "sidecar"),
        (datetime(2020, 7, 4, 11, 1, 6), "sidecar"),
    ]


def test_stores_xmp_of_new_and_known_pictures(bring: Callable[..., ImportJob], tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    for number, name in enumerate(("a.png", "b.png", "c.png")):
        write_file(folder / name, picture(number))
    write_file(folder / "a.png.xmp", XMP)
    write_file(folder / "lost.xmp", XMP)
    assert verdicts(bring(folder))["lost.xmp"] == "skipped"
    write_file(folder / "b.xmp", XMP)
    write_file(folder / "a.png.xmp", XMP + b" ")
    job = bring(folder)
    assert {name: verdicts(job)[name] for name in ("a.png", "b.png", "c.png")} == {
        "a.png": "duplicate",
        "b.png": "duplicate",
        "c.png": "known",
    }
    stored = {source.path.rpartition("/")[2]: bytes(source.sidecar_content) for source in PhotoSource.objects.all()}
    assert stored == {"a.png": XMP + b" ", "b.png": XMP, "c.png": b""}


def test_believes_sidecar_of_any_copy(bring: Callable[..., ImportJob], tmp_path: Path) -> None:
    root = tmp_path / "export/Takeout/Google Photos"
    for folder in ("Beach 2016", "Photos from 2014"):
        write_file(root / folder / "IMG_0901.png", picture(1))
    write_file(root / "Beach 2016/metadata.json", b'{"title": "Beach 2016"}')
    write_file(
        root / "Photos from 2014/IMG_0901.png.supplemental-metadata.json",
        google("IMG_0901.png", 1396602731, description="With the boat", favorited=True, people=[{"name": "Anna"}]),
    )
    bring(tmp_path / "export")
    photo = Photo.objects.get()
    assert (photo.taken_at, photo.date_source) == (datetime(2014, 4, 4, 9, 12, 11), "sidecar")
    assert (photo.description, photo.importance, photo.labels) == ("With the boat", 5, {"people": ["Anna"]})


def test_believes_sidecar_that_comes_later(bring: Callable[..., ImportJob], tmp_path: Path) -> None:
    write_file(tmp_path / "first/IMG_20200101_000000.png", picture(1))
    bring(tmp_path / "first")
    assert Photo.objects.get().date_source == "filename"
    second = tmp_path / "second/Takeout/Google Photos/Photos from 2014"
    write_file(second / "IMG_20200101_000000.png", picture(1))
    write_file(second / "IMG_20200101_000000.png.json", google("IMG_20200101_000000.png", 1402034766))
    bring(tmp_path / "second")
    photo = Photo.objects.get()
    assert (photo.taken_at, photo.date_source) == (datetime(2014, 6, 6, 6, 6, 6), "sidecar")


def test_reads_metadata_again_with_another_xmp(bring: Callable[..., ImportJob], tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    write_file(folder / "a.png", picture(1))
    write_file(folder / "b.png", picture(2))
    bring(folder)
    Photo.objects.update(metadata_version=9)
    write_file(folder / "a.png.xmp", XMP)
    bring(folder)
    assert dict(Photo.objects.values_list("filename", "metadata_version")) == {"a.png": 0, "b.png": 9}


def test_believes_newest_sidecar_of_a_file(bring: Callable[..., ImportJob], tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    write_file(folder / "Takeout/a.png", picture(1))
    for timestamp, text in ((1402034766, "first"), (1593860466, "second")):
        write_file(folder / "Takeout/a.png.json", google("a.png", timestamp, description=text))
        bring(folder)
    (folder / "Takeout/a.png.json").unlink()
    bring(folder)
    photo = Photo.objects.get()
    assert (photo.taken_at, photo.description) == (datetime(2020, 7, 4, 11, 1, 6), "second")
