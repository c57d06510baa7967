"""The scope, a valid request and the status of every API endpoint, for tests/test_api_matrix.py."""

from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model

from gallery.access.tokens import Scope
from gallery.access.upload_answers import TUS_VERSION
from gallery.intake.tus_headers import PIECE_TYPE
from gallery.models import Album, ArchiveRule, ImportJob, PartialUpload, Photo
from search.models import SavedSearch
from tests.drawing import picture

# An allowed import root; no worker runs, so nothing is imported.
FOLDER = str(Path(__file__).parent / "gallery")


@dataclass(frozen=True)
class Entry:
    """The scope that an endpoint requires, and the status of its answer to a valid request."""

    scope: Scope | None
    status: int
    body: Callable[[], dict[str, Any]] = field(default=dict)
    is_public: bool = False
    # Status for users who do not own the objects in the body; 0: the same as for the owner.
    to_others: int = 0


def json(data: dict[str, Any]) -> Callable[[], dict[str, Any]]:
    return lambda: {"data": data, "content_type": "application/json"}


def all_photos(**more: Any) -> Callable[[], dict[str, Any]]:
    """Return a body with the ids of all photos."""
    return lambda: json({"photos": list(Photo.objects.values_list("pk", flat=True)), **more})()


def with_photo_id(fields: Callable[[int], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    return lambda: json(fields(Photo.objects.get().pk))()


def form(name: str) -> Callable[[], dict[str, Any]]:
    return lambda: {"data": {name: SimpleUploadedFile("x.png", picture(77))}}


def archive() -> dict[str, Any]:
    """Return a body that is a zip archive with one picture."""
    file = BytesIO()
    with ZipFile(file, "w") as contents:
        contents.writestr("x.png", picture(78))
    return {"data": file.getvalue(), "content_type": "application/zip"}


def piece(header: str, value: str, data: bytes = b"x") -> Callable[[], dict[str, Any]]:
    """Return the first piece of a file in tus."""
    sent = {"data": data, "content_type": PIECE_TYPE}
    return lambda: sent | {"headers": {"Tus-Resumable": TUS_VERSION, header: value}}


TUS: Callable[[], dict[str, Any]] = lambda: {"headers": {"Tus-Resumable": TUS_VERSION}}  # noqa: E731
MATRIX = {
    ("photos", "GET"): Entry(Scope.PHOTO_READ, 200),
    ("removed-photos", "GET"): Entry(Scope.PHOTO_READ, 200, lambda: {"data": {"since": "2024-05-01T00:00:00Z"}}),
    ("photo", "GET"): Entry(Scope.PHOTO_READ, 200),
    ("photo", "PATCH"): Entry(Scope.PHOTO_WRITE, 200, json({"importance": 3})),
    ("photo", "DELETE"): Entry(Scope.PHOTO_WRITE, 204),
    ("thumbnail", "GET"): Entry(Scope.PHOTO_READ, 200),
    ("thumbnail", "HEAD"): Entry(Scope.PHOTO_READ, 200),
    ("preview", "GET"): Entry(Scope.PHOTO_READ, 200),
    ("preview", "HEAD"): Entry(Scope.PHOTO_READ, 200),
    ("original", "GET"): Entry(Scope.PHOTO_READ, 200),
    ("original", "HEAD"): Entry(Scope.PHOTO_READ, 200),
    ("film", "GET"): Entry(Scope.PHOTO_READ, 404),
    ("film", "HEAD"): Entry(Scope.PHOTO_READ, 404),
    ("processing", "GET"): Entry(Scope.PHOTO_READ, 200),
    ("retry", "POST"): Entry(Scope.PHOTO_WRITE, 202, json({"step": "thumbnails"})),
    ("restore", "POST"): Entry(Scope.PHOTO_WRITE, 200, json({})),
    ("change-photos", "POST"): Entry(Scope.PHOTO_WRITE, 200, all_photos(importance=3)),
    ("undo-change", "POST"): Entry(Scope.PHOTO_WRITE, 200, json({"undo": "1"})),
    ("delete-photos", "POST"): Entry(Scope.PHOTO_WRITE, 200, all_photos()),
    ("download-photos", "POST"): Entry(Scope.PHOTO_READ, 200, all_photos(), to_others=404),
    ("trash", "GET"): Entry(Scope.PHOTO_READ, 200),
    ("restore-photos", "POST"): Entry(Scope.PHOTO_WRITE, 200, all_photos()),
    ("archive-rules", "GET"): Entry(Scope.PHOTO_READ, 200),
    ("archive-rules", "POST"): Entry(Scope.PHOTO_WRITE, 201, json({"kind": "meme"})),
    ("archive-rule", "DELETE"): Entry(Scope.PHOTO_WRITE, 204),
    ("albums", "GET"): Entry(Scope.PHOTO_READ, 200),
    ("albums", "POST"): Entry(Scope.PHOTO_WRITE, 201, json({"name": "new"})),
    ("album", "GET"): Entry(Scope.PHOTO_READ, 200),
    ("album", "PATCH"): Entry(Scope.PHOTO_WRITE, 200, json({"name": "renamed"})),
    ("album-photos", "GET"): Entry(Scope.PHOTO_READ, 200),
    ("album-photos", "POST"): Entry(Scope.PHOTO_WRITE, 200, all_photos()),
    ("move-album-photos", "POST"): Entry(Scope.PHOTO_WRITE, 200, all_photos()),
    ("remove-album-photos", "POST"): Entry(Scope.PHOTO_WRITE, 200, all_photos()),
    ("album", "DELETE"): Entry(Scope.PHOTO_WRITE, 204),
    ("near-duplicates", "GET"): Entry(Scope.PHOTO_READ, 200),
    ("resolve-near-duplicates", "POST"): Entry(
        Scope.PHOTO_WRITE, 200, with_photo_id(lambda pk: {"keep": pk, "trash": [pk]}), to_others=404
    ),
    ("dismiss-near-duplicates", "POST"): Entry(
        Scope.PHOTO_WRITE, 200, with_photo_id(lambda pk: {"photos": [pk, pk]}), to_others=404
    ),
    ("undo-near-duplicates", "POST"): Entry(Scope.PHOTO_WRITE, 200, json({"undo": "1"})),
    ("upload", "POST"): Entry(Scope.UPLOAD, 201, form("file")),
    ("begin-upload", "POST"): Entry(Scope.UPLOAD, 201, piece("Upload-Length", "5")),
    ("resume-upload", "HEAD"): Entry(Scope.UPLOAD, 200, TUS),
    ("resume-upload", "PATCH"): Entry(Scope.UPLOAD, 204, piece("Upload-Offset", "0")),
    ("resume-upload", "DELETE"): Entry(Scope.UPLOAD, 204, TUS),
    ("upload-check", "POST"): Entry(Scope.UPLOAD, 200, json({"files": [{"id": "a", "checksum": "0" * 32}]})),
    ("text", "GET"): Entry(Scope.PHOTO_READ, 200),
    ("similar", "GET"): Entry(Scope.SEARCH, 200),
    ("search", "GET"): Entry(Scope.SEARCH, 200),
    ("search-by-picture", "POST"): Entry(Scope.SEARCH, 200, form("picture")),
    ("suggestions", "GET"): Entry(Scope.SEARCH, 200),
    ("recent-searches", "GET"): Entry(Scope.SEARCH, 200),
    ("recent-searches", "DELETE"): Entry(Scope.SEARCH, 204),
    ("saved-searches", "GET"): Entry(Scope.SEARCH, 200),
    ("saved-searches", "POST"): Entry(Scope.SEARCH, 201, json({"name": "new", "q": "tea"})),
    ("saved-search", "GET"): Entry(Scope.SEARCH, 200),
    ("saved-search", "PATCH"): Entry(Scope.SEARCH, 200, json({"name": "renamed"})),
    ("saved-search-results", "GET"): Entry(Scope.SEARCH, 200),
    ("saved-search", "DELETE"): Entry(Scope.SEARCH, 204),
    ("imports", "GET"): Entry(Scope.IMPORT, 200),
    ("imports", "POST"): Entry(Scope.IMPORT, 201, json({"folder": FOLDER})),
    ("import-archive", "POST"): Entry(Scope.IMPORT, 201, archive),
    ("begin-archive", "POST"): Entry(Scope.IMPORT, 201, piece("Upload-Length", "5", b"PK")),
    ("resume-archive", "HEAD"): Entry(Scope.IMPORT, 200, TUS),
    ("resume-archive", "PATCH"): Entry(Scope.IMPORT, 204, piece("Upload-Offset", "0", b"PK")),
    ("resume-archive", "DELETE"): Entry(Scope.IMPORT, 204, TUS),
    ("import", "GET"): Entry(Scope.IMPORT, 200),
    ("import-actions", "POST"): Entry(Scope.IMPORT, 202, json({"action": "start"})),
    ("import-items", "GET"): Entry(Scope.IMPORT, 200),
    ("import-folders", "GET"): Entry(Scope.IMPORT, 200),
    ("import-folders", "POST"): Entry(Scope.IMPORT, 200, json({"folder": FOLDER})),
    ("sources", "GET"): Entry(Scope.PHOTO_READ, 200),
    ("places", "GET"): Entry(Scope.PHOTO_READ, 200),
    ("timeline", "GET"): Entry(Scope.PHOTO_READ, 200),
    ("account", "GET"): Entry(None, 200),
    ("users", "GET"): Entry(Scope.ADMIN, 200),
    ("user", "GET"): Entry(Scope.ADMIN, 200),
    ("user", "PATCH"): Entry(Scope.ADMIN, 200, json({"quota": 10**9})),
    ("jobs", "GET"): Entry(Scope.ADMIN, 200),
    ("failures", "GET"): Entry(Scope.ADMIN, 200),
    ("metrics", "GET"): Entry(Scope.ADMIN, 200),
    ("live", "GET"): Entry(None, 200, is_public=True),
    ("ready", "GET"): Entry(None, 200, is_public=True),
    ("schema", "GET"): Entry(None, 200, is_public=True),
    ("reference", "GET"): Entry(None, 200, is_public=True),
}
# The models of the ids in addresses.
ABOUT: dict[str, type[Model]] = {
    **dict.fromkeys(
        ("photo", "thumbnail", "preview", "original", "film", "processing", "retry", "restore", "sources"), Photo
    ),
    **dict.fromkeys(("text", "similar"), Photo),
    **dict.fromkeys(("album", "album-photos", "remove-album-photos", "move-album-photos"), Album),
    **dict.fromkeys(("import", "import-actions", "import-items"), ImportJob),
    "archive-rule": ArchiveRule,
    "saved-search": SavedSearch,
    "saved-search-results": SavedSearch,
    "resume-upload": PartialUpload,
    "resume-archive": PartialUpload,
}
# Conditions on these objects, for addresses about one kind of them.
KINDS = {"resume-upload": {"is_archive": False}, "resume-archive": {"is_archive": True}}
# Includes objects without an owner.
NUMBERED = ABOUT | {"user": User}
# Endpoints without fields: their body is a file, or empty.
FIELDLESS = {"restore", "import-archive", "begin-upload", "resume-upload", "begin-archive", "resume-archive"}
