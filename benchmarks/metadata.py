"""Files per CPU second of the metadata step, and its memory: `python -m benchmarks.metadata`.

The files are camera JPEGs, screenshots, and pictures catalogued with titles, keywords and people, all different. The
processor time is that of the step with its queries and of exiftool, but not of PostgreSQL.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from PIL.ExifTags import Base
from PIL.TiffImagePlugin import IFDRational

from gallery.metadata.process import ExifToolProcess
from gallery.metadata.tags import running_exiftool
from gallery.models import Photo
from gallery.processing.steps import BATCH_SIZES, metadata_step
from tests.tagged_pictures import bag, in_languages, position, regions, tagged_jpeg, tagged_png, xmp_packet

NAME = "photosearch_benchmark_metadata"
SAMPLES = 10


def main() -> None:
    """Read the metadata of all files, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    options = parser.parse_args()
    connection.settings_dict["TEST"]["NAME"] = NAME
    connection.creation.create_test_db(verbosity=0, serialize=False, autoclobber=True)
    try:
        with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix="metadata-") as folder:
            settings.MEDIA_ROOT = Path(folder)
            _measure(_stored(options.files))
    finally:
        connection.creation.destroy_test_db(NAME, verbosity=0)


def _measure(photo_ids: list[int]) -> None:
    step = metadata_step()
    size = BATCH_SIZES[step.step]
    step.run(photo_ids[:size])
    exiftool = running_exiftool()
    own, others, started = time.process_time(), _cpu_seconds(exiftool), time.perf_counter()
    rest = photo_ids[size:]
    pause = max(1, len(rest) // size // SAMPLES)
    for number, begin in enumerate(range(0, len(rest), size)):
        step.run(rest[begin : begin + size])
        if number % pause == 0:
            print(f"{begin + size:7,} files: {_resident('self'):.0f} MiB, exiftool {_resident(exiftool.pid):.0f} MiB")
    own, others = time.process_time() - own, _cpu_seconds(exiftool) - others
    assert not step.missing().exists()  # noqa: S101
    print(f"{step.title}: {len(rest) / (own + others):.0f} files per CPU second")
    print(f"  a file: {1000 * own / len(rest):.1f} ms here, {1000 * others / len(rest):.1f} ms in exiftool")
    print(f"  {len(rest) / (time.perf_counter() - started):.0f} files per second")


def _stored(count: int) -> list[int]:
    owner = User.objects.create_user("owner")
    photos = []
    for number, content in enumerate(islice(_pictures(), count)):
        extension = "png" if content.startswith(b"\x89PNG") else "jpg"
        name = f"{number // 1000}/{number}.{extension}"
        path = Path(settings.MEDIA_ROOT, name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        digest = sha256(content).hexdigest()
        photos.append(
            Photo(
                owner=owner,
                file=name,
                filename=path.name,
                extension=extension,
                sha256=digest,
                width=16,
                height=8,
                file_size=len(content),
                md5="",
                sha1="",
            )
        )
    return [photo.pk for photo in Photo.objects.bulk_create(photos)]


def _pictures() -> Iterator[bytes]:
    number = 0
    while True:
        moment = f"20{number % 24:02}:05:06 07:{number // 60 % 60:02}:{number % 60:02}"
        tags = {Base.Make: "FUJIFILM", Base.Model: f"X-T{number % 9}", Base.Orientation: 1, Base.DateTime: moment}
        exif = {
            Base.DateTimeOriginal: moment,
            Base.ExposureTime: IFDRational(1, 125),
            Base.FNumber: IFDRational(28, 10),
            Base.LensModel: f"XF{number % 50}mm",
        }
        yield tagged_jpeg(tags=tags, exif=exif, gps=position(30 + number % 1000 / 100, 120.15))
        yield tagged_png(xmp=xmp_packet(photoshop_DateCreated="2022-12-07T09:41:00", tiff_Model=f"Phone {number}"))
        packet = xmp_packet(
            bag("dc:subject", "lake", "evening", f"trip {number}")
            + in_languages("dc:title", default="By the lake")
            + regions("Zoë", "小雨"),
            xmp_Rating="4",
        )
        yield tagged_jpeg(tags=tags, exif=exif, xmp=packet)
        number += 1


def _cpu_seconds(process: ExifToolProcess) -> float:
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident(process: int | str | None) -> float:
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


if __name__ == "__main__":
    main()
