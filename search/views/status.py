"""The search part of the status page: counts of the keyword index, the encoders and text recognition."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gallery.access import PageRequest
from gallery.models import Photo, Step
from photosearch.embedded.elasticsearch_build import home_of
from photosearch.embedded.elasticsearch_download import FALLBACK_VERSION, VERSION
from search.encoders.client import EncoderUnavailable, describe_encoders
from search.evaluation.trends import quality_trends
from search.keywords import index
from search.keywords.mapping import mapping_version
from search.models import PhotoEmbedding, PhotoText
from search.ocr import reader
from search.ocr.recognisers import find_recognisers
from search.ocr.scripts import SCRIPTS


@dataclass(frozen=True)
class Engine:
    """An encoder or text recognition, and the number of photos that it has processed, of `total`.

    Photos whose failure is dismissed do not count. An engine without `version` is unavailable for the given `reason`.
    """

    title: str
    version: str = ""
    photos: int = 0
    total: int = 0
    reason: str = ""


@dataclass(frozen=True)
class ReadScript:
    """A script, and the engine that reads it or why none does."""

    title: str | Promise
    is_read: bool
    detail: str


@dataclass(frozen=True)
class KeywordIndex:
    """The state of Elasticsearch; `detail` is its version, or why it is not used.

    `photos` are in the index; `current` of `total` photos are up to date.
    """

    is_up: bool
    detail: str
    advice: str = ""
    photos: int = 0
    current: int = 0
    total: int = 0


@require_safe
def show_status(request: PageRequest) -> HttpResponse:
    """Show the search part of the status page, to administrators."""
    if not request.user.is_staff:
        raise PermissionDenied
    context = {
        "index": _keyword_index(),
        "engines": [*_encoders(), _text_recognition()],
        "trends": quality_trends(),
        "scripts": _scripts(),
    }
    return render(request, "search/_status.html", context)


def _keyword_index() -> KeywordIndex:
    if not settings.ELASTICSEARCH_URL:
        return KeywordIndex(False, _("Elasticsearch is not configured; words are searched in the database."))
    try:
        with index.connected() as client:
            version = client.info()["version"]["number"]
        photos = index.count()
    except index.KeywordSearchUnavailable:
        return KeywordIndex(False, _("Unavailable; words are searched in the database."))
    mapping = mapping_version()
    expected = Photo.objects.expected_to_pass(Step.INDEX, mapping)
    current = expected.filter(indexed__mapping=mapping, indexed__revision=F("revision")).count()
    return KeywordIndex(True, version, _advice(version), photos, current, expected.count())


def _advice(version: str) -> str:
    """Return advice on the fallback version, which lacks security fixes; empty for others."""
    if version != FALLBACK_VERSION:
        return ""
    folder = home_of(version, settings.DATA_DIR / "servers")
    words = {"version": version, "newest": VERSION, "folder": folder}
    if not folder.exists():
        return _("Elasticsearch %(version)s lacks later security fixes. Replace it with %(newest)s.") % words
    return (
        _(
            "Elasticsearch %(version)s comes from the package registries and lacks later security fixes. To get "
            "%(newest)s, let this machine reach artifacts.elastic.co, stop photosearch, delete %(folder)s, and start "
            "it again."
        )
        % words
    )


def _encoders() -> Iterator[Engine]:
    try:
        encoders = describe_encoders()
    except EncoderUnavailable as error:
        yield Engine(_("Encoders"), reason=str(error))
        return
    for info in encoders:
        expected = Photo.objects.expected_to_pass(Step.EMBEDDING, info.model)
        done = PhotoEmbedding.objects.filter(model=info.model, view=0)
        photos, total = _counts(expected, done) if info.model else (0, 0)
        yield Engine(info.title, info.model, photos, total, info.reason)


def _scripts() -> list[ReadScript]:
    """Return the scripts beside those of the default model, with the engine that reads each."""
    engines = {recogniser.script.name: recogniser.engine for recogniser in find_recognisers()}
    missing = _("Not read: the data of its recogniser are missing.")
    off = _("Not read: turned off in OCR_SCRIPTS.")
    return [
        ReadScript(script.title, name in engines, engines.get(name, missing if name in settings.OCR_SCRIPTS else off))
        for name, script in SCRIPTS.items()
    ]


def _text_recognition() -> Engine:
    title = _("Text recognition")
    try:
        version = reader.engine_version()
    except reader.TextRecognitionUnavailable as error:
        return Engine(title, reason=str(error))
    expected = Photo.objects.expected_to_pass(Step.TEXT, version)
    return Engine(title, version, *_counts(expected, PhotoText.objects.filter(engine=version)))


def _counts(expected: QuerySet[Photo], done: QuerySet[Any]) -> tuple[int, int]:
    """Return how many of the expected photos are done, and how many there are."""
    return expected.filter(pk__in=done.values("photo")).count(), expected.count()
