"""The processing steps: the version of their output that is current, the photos that lack it, and the work."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from gallery.metadata.program import ExifToolUnavailable, program_version
from gallery.metadata.reading import METADATA_VERSION
from gallery.models import Photo, Step
from gallery.pictures.images import THUMBNAIL_VERSION
from gallery.processing.attempts import Work, run_step
from gallery.processing.metadata import store_metadata
from gallery.processing.work import store_documents, store_embeddings, store_texts, store_thumbnails
from search.encoders.client import EncoderUnavailable, describe_encoders
from search.keywords.mapping import mapping_version
from search.models import missing_embeddings, missing_texts, stale_documents
from search.ocr import reader

BATCH_SIZES = {Step.THUMBNAILS: 16, Step.METADATA: 50, Step.EMBEDDING: 16, Step.TEXT: 4, Step.INDEX: 200}


@dataclass(frozen=True)
class CurrentStep:
    """A step with the current version of its output.

    `missing` returns the photos that lack this version and may be tried, newest first; `work` does the step for a batch
    of them.
    """

    step: Step
    title: str
    version: str
    missing: Callable[[], QuerySet[Photo]]
    work: Work

    def run(self, photo_ids: list[int]) -> None:
        """Do the work for those photos that still lack it, and count the attempt."""
        run_step(self.step, self.version, self.missing().filter(pk__in=photo_ids), work=self.work)


@dataclass(frozen=True)
class BlockedStep:
    """A step that cannot run now; `reason` says why and what to do, in a sentence for administrators."""

    step: Step
    title: str
    reason: str


def current_steps() -> Iterator[CurrentStep | BlockedStep]:
    """Yield every step; embedding once per encoder."""
    yield thumbnails_step()
    try:
        yield metadata_step()
    except ExifToolUnavailable as error:
        yield BlockedStep(Step.METADATA, str(Step.METADATA.label), str(error))
    yield from _embedding_steps()
    try:
        yield text_step()
    except reader.TextRecognitionUnavailable as error:
        yield BlockedStep(Step.TEXT, str(Step.TEXT.label), str(error))
    if settings.ELASTICSEARCH_URL:
        yield index_step()
    else:
        reason = _("Elasticsearch is not configured; words are searched in the database.")
        yield BlockedStep(Step.INDEX, str(Step.INDEX.label), reason)


def thumbnails_step() -> CurrentStep:
    """Return the step that makes thumbnails in all sizes."""
    return CurrentStep(
        Step.THUMBNAILS,
        str(Step.THUMBNAILS.label),
        str(THUMBNAIL_VERSION),
        Photo.objects.missing_thumbnails,
        store_thumbnails,
    )


def metadata_step() -> CurrentStep:
    """Return the step that reads files and sidecars with exiftool; raises ExifToolUnavailable."""
    return CurrentStep(
        Step.METADATA,
        f"{Step.METADATA.label} (exiftool {program_version()})",
        str(METADATA_VERSION),
        Photo.objects.missing_metadata,
        store_metadata,
    )


def embedding_step(model: str, title: str = "") -> CurrentStep:
    """Return the step that computes the embeddings of one encoder's model."""
    return CurrentStep(
        Step.EMBEDDING,
        title or str(Step.EMBEDDING.label),
        model,
        partial(missing_embeddings, model),
        partial(store_embeddings, model=model),
    )


def text_step() -> CurrentStep:
    """Return the step that recognises text; raises TextRecognitionUnavailable."""
    engine = reader.engine_version()
    return CurrentStep(Step.TEXT, str(Step.TEXT.label), engine, partial(missing_texts, engine), store_texts)


def index_step() -> CurrentStep:
    """Return the step that indexes the photo's document, again after each revision of the photo."""
    mapping = mapping_version()
    return CurrentStep(Step.INDEX, str(Step.INDEX.label), mapping, partial(stale_documents, mapping), store_documents)


def _embedding_steps() -> Iterator[CurrentStep | BlockedStep]:
    try:
        encoders = describe_encoders()
    except EncoderUnavailable as error:
        yield BlockedStep(Step.EMBEDDING, str(Step.EMBEDDING.label), str(error))
        return
    for encoder in encoders:
        title = f"{Step.EMBEDDING.label} ({encoder.title})"
        if encoder.state == "ready":
            yield embedding_step(encoder.model, title)
        else:
            yield BlockedStep(Step.EMBEDDING, title, encoder.reason)
