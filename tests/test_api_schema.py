"""The API matches its schema: schemathesis sends requests that the schema allows or forbids, and checks the answers."""

import re
import sys
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.db.models import Model
from django.utils import timezone
from hypothesis import HealthCheck, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    missing_required_header,
    negative_data_rejection,
    positive_data_acceptance,
)

from gallery.access.tokens import Scope, issue_token
from gallery.intake.tus_headers import PIECE_TYPE
from gallery.models import Album, AlbumPhoto, ArchiveRule, ImportItem, ImportJob, PartialUpload, Photo
from gallery.processing.tasks import make_thumbnails
from gallery.storage.partial_uploads import create_upload
from search.models import PhotoText, SavedSearch
from search.saved import record_search, save_search
from tests.drawing import picture

SHORT = settings(
    max_examples=6, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
LONG = settings(SHORT, max_examples=60, derandomize=False)
FILES = {
    "upload",
    "by-picture",
    "thumbnail",
    "preview",
    "original",
    "film",
    "download",
    "archive",
    "uploads",
    "{upload_id}",
}
THERE: dict[str, type[Model]] = {
    "photo_id": Photo,
    "saved_id": SavedSearch,
    "album_id": Album,
    "job_id": ImportJob,
    "user_id": User,
    "upload_id": PartialUpload,
    "rule_id": ArchiveRule,
}
# The schema cannot express which folders and archives exist.
ABOUT_FOLDERS = {"POST /api/v1/imports/", "GET /api/v1/imports/folders/", "POST /api/v1/imports/folders/"}
# The schema also cannot express whether a search has content, or which photo a region belongs to.
ABOUT_SEARCHES = {"POST /api/v1/saved-searches/", "PATCH /api/v1/saved-searches/{saved_id}/"}
# Nor that a rule has one condition, or which albums exist.
ABOUT_RULES = {"POST /api/v1/archive-rules/"}
BY_MOMENTS = {"GET /api/v1/photos/", "GET /api/v1/trash/", "GET /api/v1/albums/{album_id}/photos/"}
UNEXPRESSED = {"taken_offset", "time_zone", "shift", "latitude", "longitude", "place", "automatic", "cover", "before"}
BOX = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.2], [0.1, 0.2]]


schemathesis.serializer.alias([PIECE_TYPE, "application/zip"], "application/octet-stream")
schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", get_wsgi_application())


@pytest.fixture
def transaction(db, settings) -> Iterator[None]:
    """Let requests use the connection of the test's transaction, as Django's test client does, without throttling."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    settings.ELASTICSEARCH_URL = ""
    settings.API_REQUESTS_PER_MINUTE = settings.API_ANONYMOUS_PER_MINUTE = 10**9
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.fixture
def photos(transaction, store, owner, broker) -> list[Photo]:
    """Return photos of an administrator who also owns objects of all other kinds."""
    owner.is_staff = True
    owner.save()
    photos = [store(picture(red), filename=f"照片 {red}.png") for red in range(3)]
    make_thumbnails([photo.pk for photo in photos])
    for photo in photos:
        line = {"text": "航班 NH961", "confidence": 0.9, "box": BOX}
        PhotoText.objects.create(photo=photo, owner=owner, engine="x", text=line["text"], lines=[line])
    Photo.objects.filter(pk=photos[1].pk).update(trashed_at=timezone.now())
    Photo.objects.update(wants_embedding=False)
    record_search("q=航班&min_width=5", user=owner)
    album = Album.objects.create(owner=owner, name="旅行", stated_name="旅行")
    AlbumPhoto.objects.bulk_create(AlbumPhoto(album=album, photo=photo, is_stated=True) for photo in photos)
    save_search("旅行", user=owner, address="q=航班&min_width=5")
    job = ImportJob.objects.create(
        owner=owner, started_by=owner, roots=["/a"], state="paused", preview_counts={"new": 1}
    )
    ArchiveRule.objects.create(owner=owner, kind=Photo.Kind.MEME)
    create_upload(owner=owner, filename="x.png", size=10)
    create_upload(owner=owner, filename="x.zip", size=10, is_archive=True)
    ImportItem.objects.create(job=job, path="/a/b.png", verdict="skipped", reason="hidden")
    return photos


@pytest.fixture
def headers(photos, owner, asked_by) -> dict[str, str]:
    """Return request headers of an administrator or ordinary user who owns the photos, or of an anonymous client."""
    if asked_by == "nobody":
        return {}
    User.objects.filter(pk=owner.pk).update(is_staff=asked_by == "administrator")
    return {"Authorization": f"Bearer {issue_token('schemathesis', user=owner, scopes=Scope.values)[1]}"}


# Number of requests sent.
sent = 0


def send(case: Any, **headers: str) -> None:
    """Send a generated request, every other time about an existing object, and compare the answer with the schema."""
    global sent
    sent += 1
    # Unless the id is the part that is wrong on purpose.
    if case.path_parameters and sent % 2 and case.meta.generation.mode == GenerationMode.POSITIVE:
        (name,) = case.path_parameters
        kind = {"is_archive": "/imports/" in case.operation.path} if THERE[name] is PartialUpload else {}
        if first := THERE[name]._default_manager.filter(**kind).order_by("pk").first():
            case.path_parameters[name] = str(first.pk) if isinstance(first.pk, UUID) else first.pk
    # The schema cannot express that bytes are a picture, or how long a file is; and schemathesis loses empty form
    # fields on the way to a WSGI application (tests/search/api covers them).
    is_about_file = case.operation.path.rstrip("/").rpartition("/")[2] in FILES
    excluded = [positive_data_acceptance, negative_data_rejection] if is_about_file else []
    # Unknown headers are allowed.
    if case.headers and not case.operation.headers:
        excluded.append(negative_data_rejection)
    if case.operation.label in ABOUT_FOLDERS | ABOUT_SEARCHES | ABOUT_RULES or "If-Match" in (case.headers or {}):
        excluded.append(positive_data_acceptance)
    # The schema cannot express which fields go together, what albums hold, or which names are places and zones.
    if isinstance(case.body, dict) and UNEXPRESSED & case.body.keys():
        excluded.append(positive_data_acceptance)
    # tus requires 412 for requests without its version.
    if "/uploads/" in case.operation.path:
        excluded.append(missing_required_header)
    # The schema cannot express that a region is not empty, which texts are dates, or the order of the previous page.
    query = (case.query or {}).keys()
    if {"region", "date"} & query or ("cursor" in query and case.operation.label in BY_MOMENTS):
        excluded.append(positive_data_acceptance)
    case.call_and_validate(headers=headers, excluded_checks=excluded)


@pytest.mark.parametrize("asked_by", ["administrator"])
@schema.parametrize()
@SHORT
def test_answers_administrator_as_in_schema(case, headers):
    send(case, **headers)


@pytest.mark.parametrize("asked_by", ["nobody"])
@schema.parametrize()
@settings(SHORT, max_examples=4)
def test_answers_anonymous_as_in_schema(case, headers):
    send(case, **headers)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("asked_by", ["administrator", "person", "nobody"])
@schema.parametrize()
@LONG
def test_answers_many_requests_as_in_schema(case, headers):
    send(case, **headers)


@pytest.mark.soak
def test_sends_ten_thousand_requests(capsys):
    with capsys.disabled():
        sys.stdout.write(f"\n{sent} requests\n")
    assert sent >= 10_000


def test_forbids_other_fields_in_requests():
    components = schema.raw_schema["components"]["schemas"].items()
    taken = {name: component for name, component in components if name.endswith("Request")}
    assert "FolderImportRequest" in taken
    for name, component in taken.items():
        # Unions have no properties of their own; their members are checked.
        if component.get("type") == "object":
            assert component["additionalProperties"] is False, name


def test_begins_descriptions_with_their_summary():
    for path, operations in schema.raw_schema["paths"].items():
        for method, operation in operations.items():
            summary, whole = operation["summary"], f"{operation['description']} "
            assert whole.startswith(summary), (method, path)
            assert re.match(r"[.;:]\s", whole[len(summary) :]), (method, path)


def test_generates_valid_schema(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yaml"))
    assert (tmp_path / "schema.yaml").stat().st_size > 10_000
