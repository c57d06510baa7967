"""A user with the labelled pictures, in a transaction that is rolled back and an index of its own: nothing remains."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import PurePath
from uuid import uuid4

import numpy as np
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from gallery.models import Photo
from gallery.pictures.images import THUMBNAIL_VERSION
from search.encoders.client import EncoderInfo, encode_query_image
from search.evaluation.drawing import NoFont, picture_file
from search.evaluation.labelled_set import CELL_BREAK, COLUMN_BREAK, LabelledPicture, filler_texts, labelled_pictures
from search.keywords.index import index_photos
from search.keywords.scratch_index import refresh_index, scratch_index
from search.models import PhotoEmbedding, PhotoText
from search.ocr import reader
from search.ocr.layout import NEXT_BLOCK, NEXT_CELL, SAME_BLOCK
from search.ocr.lines import TextLine

# Pictures that no query should find.
FILLERS = 300
ROWS_PER_HEIGHT = 20


@dataclass(frozen=True)
class LabelledLibrary:
    """The temporary user, the ids of the photos by the names of the pictures, and names that could not be drawn."""

    owner: User
    photo_ids: Mapping[str, int]
    undrawn: frozenset[str] = frozenset()


@contextmanager
def labelled_library(*, encoder: EncoderInfo | None = None, reads: bool = False) -> Iterator[LabelledLibrary]:
    """Provide the library; pictures are compared by `encoder`, if given, and read by text recognition if `reads`.

    Only in a process of its own, whose searches use another index meanwhile.

    Raises:
        KeywordSearchUnavailable: Elasticsearch does not answer.
        EncoderUnavailable: the encoder is not ready.
        TextRecognitionUnavailable: it has no weights.
    """
    with scratch_index(), transaction.atomic():
        try:
            library = _fill(encoder=encoder, reads=reads)
            if settings.ELASTICSEARCH_URL:
                index_photos(Photo.objects.filter(owner=library.owner).values_list("pk", flat=True))
                refresh_index()
            yield library
        finally:
            transaction.set_rollback(True)


def _fill(*, encoder: EncoderInfo | None, reads: bool) -> LabelledLibrary:
    # No user may choose a name with a colon.
    owner = User.objects.create(username=f"evaluation:{uuid4()}", is_active=False)
    files = _files() if encoder or reads else {}
    pictures = [picture for picture in labelled_pictures() if not reads or picture.name in files]
    fillers = [
        LabelledPicture(f"filler {number}", f"DSC1{number:04}.png", "plain", text=text)
        for number, text in enumerate(filler_texts(FILLERS))
    ]
    photos = Photo.objects.bulk_create([_photo(picture, owner) for picture in (*fillers, *pictures)])
    by_name = {picture.name: photo for picture, photo in zip((*fillers, *pictures), photos, strict=True)}
    lines = {picture.name: given_lines(picture) for picture in (*fillers, *pictures)}
    if reads:
        lines |= {picture.name: _read(files[picture.name]) for picture in pictures}
    PhotoText.objects.bulk_create(
        PhotoText(
            photo=by_name[name],
            owner=owner,
            engine="evaluation",
            text="".join(line.separator + line.text for line in found).strip(),
            lines=[asdict(line) for line in found],
        )
        for name, found in lines.items()
    )
    if encoder:
        _embed({by_name[name].pk: data for name, data in files.items()}, owner=owner, encoder=encoder)
    undrawn = frozenset(picture.name for picture in labelled_pictures()) - set(files) if reads else frozenset()
    return LabelledLibrary(owner, {picture.name: by_name[picture.name].pk for picture in pictures}, undrawn)


def _read(data: bytes) -> list[TextLine]:
    """Return the recognised lines of a picture; none if recognition fails, as for a photo."""
    try:
        return reader.extract_text(BytesIO(data))
    except reader.TextRecognitionFailed:
        return []


@cache
def _files() -> Mapping[str, bytes]:
    """Return the files of all pictures that can be drawn here."""
    files = {}
    for picture in labelled_pictures():
        try:
            files[picture.name] = picture_file(picture)
        except NoFont:
            continue
    return files


def _photo(picture: LabelledPicture, owner: User) -> Photo:
    digest = sha256(f"{owner.pk} {picture.name}".encode()).hexdigest()
    return Photo(
        owner=owner,
        filename=picture.filename,
        description=picture.description,
        extension=PurePath(picture.filename).suffix.removeprefix("."),
        file=f"evaluation/{digest}",
        sha256=digest,
        width=1000,
        height=1000,
        file_size=1,
        thumbnail_version=THUMBNAIL_VERSION,
    )


def given_lines(picture: LabelledPicture) -> list[TextLine]:
    """Return the true words of a picture as recognition would, each cell in a box of its own below the row before."""
    lines: list[TextLine] = []
    separator, row = "", 0
    for line in picture.text.strip().splitlines():
        if line == COLUMN_BREAK:
            separator = NEXT_BLOCK
            continue
        for number, text in enumerate(line.split(CELL_BREAK)):
            lines.append(TextLine(text, 1.0, _box(text, row=row, cell=number), NEXT_CELL if number else separator))
            separator = SAME_BLOCK
        row += 1
    return lines


def _box(text: str, *, row: int, cell: int) -> tuple[tuple[float, float], ...]:
    left, top = 0.05 + 0.3 * cell, row / ROWS_PER_HEIGHT
    right, bottom = min(0.98, left + 0.02 * len(text)), top + 0.8 / ROWS_PER_HEIGHT
    return (left, top), (right, top), (right, bottom), (left, bottom)


def _embed(files: Mapping[int, bytes], *, owner: User, encoder: EncoderInfo) -> None:
    PhotoEmbedding.objects.bulk_create(
        PhotoEmbedding(
            photo_id=photo_id,
            owner=owner,
            model=encoder.model,
            vector=np.asarray(encode_query_image(data, model=encoder.model, asker=owner.pk).vector),
        )
        for photo_id, data in files.items()
    )
