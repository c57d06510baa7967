"""The work of each step on a batch of photos: read the files, run the engine, store its output."""

from collections.abc import Callable, Iterable
from dataclasses import asdict

import numpy as np
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from gallery.models import Photo
from gallery.pictures.films import find_film
from gallery.pictures.images import (
    THUMBNAIL_VERSION,
    DecodingFailed,
    InvalidImage,
    fault_of,
    make_placeholder,
    make_thumbnail,
    open_image,
    read_header,
)
from gallery.pictures.memory import return_memory
from gallery.pictures.opening import is_original_there
from gallery.pictures.watchdog import watchdog
from gallery.processing.attempts import DependencyUnavailable, Failures
from gallery.storage.files import THUMBNAIL_SIDES, thumbnail_path, thumbnail_paths, write_file
from gallery.text.cleaning import remove_invisible
from search.encoders import client as encoders
from search.keywords import index
from search.models import PhotoEmbedding, PhotoText
from search.near_duplicates import comparing, copies
from search.ocr import reader

# Seconds after which work on one picture counts as an endless loop. A picture may wait for a huge one in another
# thread and then take as long itself (gallery.pictures.huge_images.DECODER_TIMEOUT).
THUMBNAIL_PATIENCE = 300
# Recognising the text of one picture takes at most three minutes on an idle machine; search.ocr.reader also
# watches each part.
TEXT_PATIENCE = 1800


def store_thumbnails(photos: list[Photo]) -> Failures:
    """Make the thumbnails of each photo in all sizes, its placeholder and its fingerprint."""
    return _one_by_one(photos, _store_thumbnails, patience=THUMBNAIL_PATIENCE)


def store_texts(photos: list[Photo]) -> Failures:
    """Recognise the text in each photo; changed texts raise the photo's revision."""
    return _one_by_one(photos, _store_text, patience=TEXT_PATIENCE)


def store_embeddings(photos: list[Photo], *, model: str) -> Failures:
    """Let the encoder process embed each photo, and replace the embeddings of `model` that it had."""
    failures = {photo.pk: _unreadable() for photo in photos if not is_original_there(photo.path)}
    readable = [photo for photo in photos if photo.pk not in failures]
    try:
        results = _encoded(readable, model=model) if readable else []
    except encoders.EncoderLost as error:
        # One of the photos may have killed it: the attempt counts for all, and next time each runs alone.
        return failures | {photo.pk: str(error) for photo in readable}
    except encoders.EncoderUnavailable as error:
        raise DependencyUnavailable(str(error)) from error
    vectors: dict[int, np.ndarray] = {}
    for photo, result in zip(readable, results, strict=True):
        if isinstance(result, str):
            # Don't mark a defect: perhaps only the encoder cannot read it. Making the thumbnails decodes it too.
            failures[photo.pk] = result
        else:
            vectors[photo.pk] = result
    with transaction.atomic():
        turns = {photo.pk: photo.rotation for photo in readable}
        # Those turned meanwhile are encoded again.
        encoded = [photo for photo in _locked(vectors) if photo.rotation == turns[photo.pk]]
        comparing.reset_vectors([photo.pk for photo in encoded], model=model)
        PhotoEmbedding.objects.filter(photo__in=encoded, model=model).delete()
        PhotoEmbedding.objects.bulk_create(
            PhotoEmbedding(photo=photo, owner_id=photo.owner_id, model=model, view=view, vector=vector)
            for photo in encoded
            for view, vector in enumerate(vectors[photo.pk])
        )
    return failures


def _encoded(photos: list[Photo], *, model: str) -> list[np.ndarray | str]:
    return encoders.encode_photos(
        [photo.path for photo in photos], rotations=[photo.rotation for photo in photos], model=model
    )


def store_documents(photos: list[Photo]) -> Failures:
    """Index the document of each photo in Elasticsearch."""
    try:
        return index.index_photos([photo.pk for photo in photos])
    except index.KeywordSearchUnavailable as error:
        raise DependencyUnavailable(str(error)) from error


def _one_by_one(photos: list[Photo], work: Callable[[Photo], None], *, patience: int) -> Failures:
    failures: dict[int, str] = {}
    for photo in photos:
        if not is_original_there(photo.path):
            failures[photo.pk] = _unreadable()
            continue
        try:
            with watchdog(patience):
                work(photo)
        except DecodingFailed as error:
            failures[photo.pk] = str(error)
        except MemoryError:
            failures[photo.pk] = _("Not enough memory to process this picture.")
        except InvalidImage as error:
            failures[photo.pk] = _mark_defect(photo, str(error))
        except reader.TextRecognitionFailed as error:
            failures[photo.pk] = str(error)
        except OSError:
            failures[photo.pk] = _unreadable()
    return_memory()
    return failures


def _store_thumbnails(photo: Photo) -> None:
    image = open_image(photo.path, max_side=max(THUMBNAIL_SIDES.values()), rotation=photo.rotation)
    for size, side in THUMBNAIL_SIDES.items():
        thumbnail = make_thumbnail(image, side)
        path = thumbnail_path(size, owner_id=photo.owner_id, sha256=photo.sha256, rotation=photo.rotation)
        try:
            write_file(path, [thumbnail])
        except OSError as error:
            raise DependencyUnavailable(_("Thumbnails cannot be written to the disk.")) from error
    copies.store_fingerprint(photo, image)
    film = find_film(photo.path, extension=photo.extension)
    made = {
        "thumbnail_version": THUMBNAIL_VERSION,
        "thumbnail_rotation": photo.rotation,
        "placeholder": make_placeholder(image),
        "is_animated": read_header(photo.path).animated,
        "film_bytes": (film[0], sum(film)) if film else None,
        "note": fault_of(image),
    }
    with transaction.atomic():
        for locked in _locked([photo.pk]):
            # One that was turned meanwhile still lacks its thumbnails.
            if locked.rotation == photo.rotation:
                Photo.objects.filter(pk=photo.pk).update(**made)
                _remove_other_turns(photo)


def _remove_other_turns(photo: Photo) -> None:
    for rotation, path in thumbnail_paths(owner_id=photo.owner_id, sha256=photo.sha256):
        if rotation != photo.rotation:
            path.unlink(missing_ok=True)


def _store_text(photo: Photo) -> None:
    try:
        engine = reader.engine_version()
        lines = reader.extract_text(photo.path)
    except reader.TextRecognitionUnavailable as error:
        raise DependencyUnavailable(str(error)) from error
    found = [asdict(line) | {"text": remove_invisible(line.text.replace("\0", ""))} for line in lines]
    text = "".join(line["separator"] + line["text"] for line in found).strip()
    with transaction.atomic():
        for locked in _locked([photo.pk]):
            known = PhotoText.objects.filter(photo=locked).values_list("text", flat=True).first() or ""
            PhotoText.objects.update_or_create(
                photo=locked, defaults={"owner_id": locked.owner_id, "engine": engine, "text": text, "lines": found}
            )
            if text != known:
                Photo.objects.filter(pk=locked.pk).update(revision=F("revision") + 1)
                comparing.reset_words(locked.pk)


def _locked(photo_ids: Iterable[int]) -> list[Photo]:
    """Return the photos that still exist, locked until the transaction ends."""
    return list(Photo.objects.filter(pk__in=list(photo_ids)).order_by("pk").select_for_update(no_key=True))


def _mark_defect(photo: Photo, reason: str) -> str:
    Photo.objects.filter(pk=photo.pk).update(defect=reason)
    return reason


def _unreadable() -> str:
    return _("The original file is missing or cannot be read.")
