"""Libraries of many photos with thumbnails, made quickly by sharing a few files."""

import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from io import BytesIO

from django.contrib.auth.models import User
from PIL import Image

from gallery.models import Photo
from gallery.pictures.images import THUMBNAIL_VERSION
from gallery.storage.files import thumbnail_path

SIZES = [(400, 300), (300, 400), (640, 360), (480, 480), (900, 300)]


def make_library(owner: User, dates: Iterable[datetime]) -> list[Photo]:
    """Create photos of `owner` taken at `dates`, each with a thumbnail, without previews and originals."""
    moments = list(dates)
    photos = Photo.objects.bulk_create(
        Photo(
            owner=owner,
            filename=f"{number}.png",
            extension="png",
            width=SIZES[number % len(SIZES)][0],
            height=SIZES[number % len(SIZES)][1],
            file_size=1,
            sha256=f"{number:064x}",
            thumbnail_version=THUMBNAIL_VERSION,
            taken_at=moment,
            wants_text=False,
            wants_embedding=False,
        )
        for number, moment in enumerate(moments)
    )
    pictures = [_picture(number, size) for number, size in enumerate(SIZES)]
    paths = [thumbnail_path("small", owner_id=owner.pk, sha256=photo.sha256) for photo in photos]
    for number, path in enumerate(paths):
        path.parent.mkdir(parents=True, exist_ok=True)
        if number < len(SIZES):
            path.write_bytes(pictures[number])
        else:
            os.link(paths[number % len(SIZES)], path)
    return photos


def twelve_years() -> list[datetime]:
    """Return one to three times in each month."""
    months = [datetime(2023 - number // 12, 12 - number % 12, 15) for number in range(144)]
    return [month - timedelta(days=day) for number, month in enumerate(months) for day in range(1 + number % 3)]


def one_month() -> list[datetime]:
    """Return 5,000 times in May 2023."""
    return [datetime(2023, 5, 31, 23) - timedelta(minutes=8 * number) for number in range(5000)]


def _picture(number: int, size: tuple[int, int]) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, (40 * number, 90, 200 - 30 * number)).save(file, "WEBP")
    return file.getvalue()
