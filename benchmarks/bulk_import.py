"""Files per second of an import with thumbnails, against the prototype: `python -m benchmarks.bulk_import`.

Both import the same generated JPEGs and PNGs of 0.3 to 3 MB and make thumbnails of the same sizes. The prototype opens,
decodes in full, shrinks and saves with Pillow's defaults, hashes, copies and inserts one file after another.
photosearch runs `run_job`, like `manage.py import_photos`, while two processes make the thumbnails, like the workers.
The memory is that of the importing process. The prototype, which would need an hour for all files, gets only the first
ones, of the same kinds. 10,000 files of about 1 MB and their copies need 25 GB below DATA_DIR, removed at the end.
"""

import argparse
import hashlib
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from PIL import Image

from gallery.bulk_import.creation import create_job
from gallery.bulk_import.run import run_job
from gallery.models import ImportJob, Photo, PhotoSource
from gallery.pictures.formats import FORMAT_OF_PILLOW_NAME
from gallery.pictures.images import THUMBNAIL_VERSION, WEBP_QUALITY
from gallery.storage.files import THUMBNAIL_SIDES, original_name, thumbnail_path
from photosearch.samples.catalogue import SAMPLES

NAME = "photosearch_benchmark_import"
WORKERS = 2
# Distinct pictures. Each file is one of them with its own comment, so that all files differ.
PATTERNS = 30
WORKER = """
import sys, time
import django
django.setup()
from gallery.models import ImportJob
from gallery.processing.steps import thumbnails_step
step, number, workers = thumbnails_step(), int(sys.argv[1]), int(sys.argv[2])
while True:
    is_over = not ImportJob.objects.filter(state="running").exists()
    found = step.missing().extra(where=["gallery_photo.id %% %s = %s"], params=[workers, number])
    batch = list(found.values_list("pk", flat=True)[:16])
    if batch:
        step.run(batch)
    elif is_over:
        break
    else:
        time.sleep(0.05)
"""


def main() -> None:
    """Generate files, measure both, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--baseline-files", type=int, default=300, help="files for the prototype (default: 300)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix="bulk-import-") as folder:
        settings.MEDIA_ROOT = Path(folder, "media")
        print(f"generating {options.files:,} files …")
        _generate(Path(folder, "pictures"), options.files)
        size = sum(path.stat().st_size for path in Path(folder, "pictures").rglob("*.*"))
        print(f"{options.files:,} files, {size / 1e9:.2f} GB, {size / options.files / 1e6:.2f} MB each")
        _open_database()
        try:
            _measure(Path(folder, "pictures"), Path(folder), options.baseline_files)
        finally:
            connection.creation.destroy_test_db(NAME, verbosity=0)


def _measure(pictures: Path, folder: Path, baseline_files: int) -> None:
    prototype_owner = User.objects.create_user("prototype")
    paths = sorted(path for path in pictures.rglob("*") if path.is_file())[:baseline_files]
    started = time.perf_counter()
    for path in paths:
        _import_like_prototype(path, prototype_owner)
    baseline = len(paths) / (time.perf_counter() - started)
    print(f"prototype           {baseline:6.1f} files per second (the first {len(paths):,})")
    shutil.rmtree(settings.MEDIA_ROOT)
    Photo.objects.all().delete()
    owner = User.objects.create_user("owner")
    job = create_job([pictures], owner=owner, started_by=owner)
    workers = [_worker(number, folder) for number in range(WORKERS)]
    memory: list[float] = []
    started = time.perf_counter()
    run_job(job.pk, on_batch=lambda now: memory.extend([_resident()] * (now.seen - len(memory))))
    imported = time.perf_counter() - started
    assert all(worker.wait() == 0 for worker in workers)  # noqa: S101
    ours = len(memory) / (time.perf_counter() - started)
    job.refresh_from_db()
    done = Photo.objects.filter(thumbnail_version=THUMBNAIL_VERSION).count()
    assert job.state == ImportJob.State.FINISHED  # noqa: S101
    assert done == job.import_counts["new"] == len(memory)  # noqa: S101
    print(f"photosearch         {ours:6.1f} files per second with thumbnails: {ours / baseline:.1f} times as fast")
    print(f"  (all imported after {imported:.0f} s, {len(memory) / imported:.1f} files per second)")
    part = min(1000, len(memory) // 2)
    print(
        f"memory              {max(memory[:part]):.0f} MiB in the first {part}, {max(memory[-part:]):.0f} in the last"
    )


def _import_like_prototype(path: Path, owner: User) -> None:
    """Import one file: decode it in full for its size and thumbnails, and insert a row."""
    data = path.read_bytes()
    image = Image.open(BytesIO(data))
    extension = FORMAT_OF_PILLOW_NAME[str(image.format)].extension
    image.load()
    rgb = image.convert("RGB")
    sha256 = hashlib.sha256(data).hexdigest()
    target = Path(settings.MEDIA_ROOT, original_name(owner_id=owner.pk, sha256=sha256, extension=extension))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    for size, side in THUMBNAIL_SIDES.items():
        thumbnail = thumbnail_path(size, owner_id=owner.pk, sha256=sha256)
        thumbnail.parent.mkdir(parents=True, exist_ok=True)
        smaller = rgb.copy()
        smaller.thumbnail((side, side))
        smaller.save(thumbnail, "WEBP", quality=WEBP_QUALITY)
    photo = Photo.objects.create(
        owner=owner,
        file=str(target.relative_to(settings.MEDIA_ROOT)),
        filename=path.name,
        extension=extension,
        width=image.width,
        height=image.height,
        file_size=len(data),
        sha256=sha256,
        md5=hashlib.md5(data, usedforsecurity=False).hexdigest(),
        sha1=hashlib.sha1(data, usedforsecurity=False).hexdigest(),
        metadata={tag: str(value) for tag, value in image.getexif().items()},
        thumbnail_version=THUMBNAIL_VERSION,
    )
    PhotoSource.objects.create(photo=photo, path=str(path))


def _generate(folder: Path, count: int) -> None:
    patterns = list(_patterns())
    for number in range(count):
        extension, data = patterns[number % len(patterns)]
        target = folder / f"{number // 500:03}" / f"IMG_{number:06}.{extension}"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(_with_comment(data, f"file {number}".encode()))
    os.sync()


def _patterns() -> Iterator[tuple[str, bytes]]:
    """Yield extension and bytes of pictures, four JPEGs for each PNG, 0.3 to 3 MB."""
    sample = next(sample for sample in SAMPLES if sample.filename == "china.jpg")
    scene = Image.open(BytesIO(sample.read())).convert("RGB")
    generator = np.random.default_rng(5)
    for number in range(PATTERNS):
        width = [1600, 2400, 3200, 4000, 900][number % 5]
        left, top = number * 5 % 140, number * 3 % 100
        image = scene.resize((width, width * 3 // 4), box=(left, top, left + 480, top + 320))
        noise = generator.normal(0, 3, (image.height, image.width, 1))
        image = Image.fromarray((np.asarray(image) + noise).clip(0, 255).astype(np.uint8))
        file = BytesIO()
        kind = "PNG" if width == 900 else "JPEG"
        # Some in the best quality of telephones.
        image.save(file, kind, **({} if kind == "PNG" else {"quality": 92 if number % 10 == 8 else 85}))
        yield kind.lower().replace("jpeg", "jpg"), file.getvalue()


def _with_comment(data: bytes, comment: bytes) -> bytes:
    if data.startswith(b"\xff\xd8"):
        return data[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + data[2:]
    chunk = b"tEXtComment\0" + comment
    header = 8 + 25  # the signature and the first chunk
    extra = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return data[:header] + extra + data[header:]


def _open_database() -> None:
    connection.settings_dict["TEST"]["NAME"] = NAME
    connection.creation.create_test_db(verbosity=0, serialize=False, autoclobber=True)


def _worker(number: int, folder: Path) -> subprocess.Popen[bytes]:
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{NAME}").geturl()
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "photosearch.settings",
        "DATABASE_URL": database,
        "DATA_DIR": str(folder),
    }
    return subprocess.Popen([sys.executable, "-c", WORKER, str(number), str(WORKERS)], env=environment)


def _resident() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


if __name__ == "__main__":
    main()
