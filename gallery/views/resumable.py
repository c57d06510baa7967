"""Take a picture, or an archive for an import, in pieces, so that it survives a lost connection: tus 1.0 with creation,
expiration and termination.

https://tus.io/protocols/resumable-upload. A client that accepts JSON is told in the answer to the last piece what
became of the picture, or under which id an import may take the archive; an empty piece after the last asks for that
again. The address says which of the two it is: no upload of one kind is there at those of the other.
"""

import base64
import binascii
import re
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gallery.access.parsing import read_json
from gallery.account import account_of
from gallery.bulk_import.archives import archive_name, refuse_without_room
from gallery.bulk_import.safety import ImportRefused, check_archive
from gallery.digests import digests_of
from gallery.files import sync_files
from gallery.partial_uploads import (
    ARRIVED,
    PartialUpload,
    UploadBusy,
    begin_upload,
    finish_upload,
    opened,
    remove_upload,
)
from gallery.quota import QuotaExceeded, refuse_beyond_quota
from gallery.upload import known_checksums
from gallery.views import PageRequest
from gallery.views.uploads import Outcome, store_file, too_large

VERSION = "1.0.0"
PIECE_TYPE = "application/offset+octet-stream"
BLOCK = 1 << 18
MAX_CHECKSUMS = 1000
SHA256 = re.compile(r"[0-9a-f]{64}")


@require_http_methods(["OPTIONS", "POST"])
def begin(request: PageRequest, *, resume: str = "gallery:resume", is_archive: bool = False) -> HttpResponse:
    """Begin an upload, whose first piece may come along; or say what of the protocol is understood.

    `resume` names the address that takes the others.
    """
    if request.method == "OPTIONS":
        understood = {"Tus-Version": VERSION, "Tus-Extension": "creation,creation-with-upload,expiration,termination"}
        return _answer(204, understood | ({} if is_archive else {"Tus-Max-Size": settings.MAX_UPLOAD_BYTES}))
    if refusal := _refuse_version(request):
        return refusal
    size = _number(request, "Upload-Length")
    if sentence := _objection(request, size, is_archive=is_archive):
        return _refuse(413, sentence)
    upload = _begin(request, size, is_archive=is_archive)
    with opened(upload) as file:
        if request.content_type == PIECE_TYPE:
            _receive(request, upload, file)
        _judge(upload, file, request)
    response = _tell(request, upload, status=201)
    response["Location"] = request.build_absolute_uri(reverse(resume, args=[upload.pk]))
    return response


@require_http_methods(["HEAD", "PATCH", "DELETE"])
def go_on(request: PageRequest, upload_id: UUID, *, is_archive: bool = False) -> HttpResponse:
    """Say how much has come (HEAD), take the next piece (PATCH), forget it (DELETE)."""
    upload = get_object_or_404(PartialUpload, pk=upload_id, owner=request.user, is_archive=is_archive)
    if refusal := _refuse_version(request):
        return refusal
    try:
        return _go_on(request, upload)
    except PartialUpload.DoesNotExist as error:  # meanwhile forgotten, or taken by an import
        raise Http404 from error
    except UploadBusy:
        return _refuse(423, _("Another request is sending this file."))


@require_POST
def tell_known(request: PageRequest) -> JsonResponse:
    """Which of many SHA-256 need not be sent, being the person's already, and which have been sent in part."""
    checksums = _checksums(request)
    known = known_checksums(checksums, owner=request.user)
    partial = PartialUpload.objects.filter(owner=request.user, status=0, sha256__in=checksums).order_by("touched_at")
    return JsonResponse(
        {
            "known": {sha256: reverse("gallery:photo", args=[photo_id]) for sha256, photo_id in known.items()},
            "partial": {upload.sha256: reverse("gallery:resume", args=[upload.pk]) for upload in partial},
        }
    )


def _checksums(request: HttpRequest) -> list[str]:
    body = read_json(request)
    try:
        checksums = body["checksums"]
        if len(checksums) <= MAX_CHECKSUMS and all(SHA256.fullmatch(checksum) for checksum in checksums):
            return list(checksums)
    except (TypeError, LookupError):
        pass
    raise BadRequest(_("“checksums” must be a list of at most %(limit)d SHA-256.") % {"limit": MAX_CHECKSUMS})


def _objection(request: PageRequest, size: int, *, is_archive: bool) -> str:
    """Why so many bytes are not taken, or nothing."""
    try:
        if is_archive:
            refuse_without_room(size)
        else:
            refuse_beyond_quota(size, account=account_of(request.user))
    except (ImportRefused, QuotaExceeded) as error:
        return str(error)
    return too_large() if size > settings.MAX_UPLOAD_BYTES and not is_archive else ""


def _begin(request: PageRequest, size: int, *, is_archive: bool) -> PartialUpload:
    metadata = _metadata(request)
    filename, sha256 = metadata.get("filename", ""), metadata.get("sha256", "")
    if is_archive:
        # To read all of so much once more, for its checksum, would keep the sender waiting for minutes.
        return begin_upload(owner=request.user, filename=archive_name(filename), size=size, is_archive=True)
    sha256 = sha256 if SHA256.fullmatch(sha256) else ""
    return begin_upload(owner=request.user, filename=filename, size=size, sha256=sha256)


def _go_on(request: PageRequest, upload: PartialUpload) -> HttpResponse:
    if request.method == "HEAD":
        return _tell(request, upload, status=200)
    if request.method == "DELETE":
        with opened(upload):
            remove_upload(upload)
        return _answer(204)
    if request.content_type != PIECE_TYPE:
        return _refuse(415, _("A piece must be sent as %(type)s.") % {"type": PIECE_TYPE})
    offset = _number(request, "Upload-Offset")
    with opened(upload) as file:
        if offset != upload.offset:
            return _refuse(409, _("This is not the piece that comes next."), {"Upload-Offset": upload.offset})
        if not upload.status:
            # The room that there was at the beginning may be gone.
            if upload.is_archive and (sentence := _objection(request, upload.size - offset, is_archive=True)):
                return _refuse(413, sentence)
            _receive(request, upload, file)
            _judge(upload, file, request)
    return _tell(request, upload, status=204)


def _receive(request: HttpRequest, upload: PartialUpload, file: IO[bytes]) -> None:
    """Write what comes, as it comes: whatever arrived before the connection broke stays."""
    room = upload.size - upload.offset
    try:
        while room and (block := request.read(min(BLOCK, room))):
            file.write(block)
            file.flush()
            room -= len(block)
    except UnreadablePostError:
        pass
    upload.save(update_fields=["touched_at"])


def _judge(upload: PartialUpload, file: IO[bytes], request: PageRequest) -> None:
    """End an upload of which all has come, or enough to see that it is no archive."""
    is_whole = upload.offset == upload.size
    if upload.is_archive:
        _judge_archive(upload, is_whole=is_whole)
    elif is_whole:
        _store_picture(upload, file, request)


def _judge_archive(upload: PartialUpload, *, is_whole: bool) -> None:
    try:
        check_archive(upload.path, is_whole=is_whole)
    except ImportRefused as error:
        finish_upload(upload, status=400, photo_id=None, detail=str(error))
        return
    if is_whole:
        sync_files([upload.path, upload.path.parent])
        finish_upload(upload, status=ARRIVED, photo_id=None, detail="")


def _store_picture(upload: PartialUpload, file: IO[bytes], request: PageRequest) -> None:
    if upload.sha256 and digests_of(file).sha256 != upload.sha256:
        outcome = Outcome(upload.filename, 400, detail=_("The file did not arrive whole. Send it again."))
    else:
        outcome = store_file(file, owner=request.user, filename=upload.filename)
    photo_id = outcome.photo.pk if outcome.photo else None
    finish_upload(upload, status=outcome.status, photo_id=photo_id, detail=outcome.detail)


def _tell(request: HttpRequest, upload: PartialUpload, *, status: int) -> HttpResponse:
    """How far the upload is; when a piece was the last one, what became of the file, in the words the client reads."""
    headers = {
        "Upload-Offset": upload.offset,
        "Upload-Length": upload.size,
        "Upload-Expires": http_date(upload.expires_at.timestamp()),
        "Cache-Control": "no-store",
    }
    if not upload.status or request.method == "HEAD":
        return _answer(status, headers)
    if upload.photo is None and not upload.is_waiting:
        return _refuse(upload.status, upload.detail, headers)
    if request.headers.get("Accept") != "application/json":
        return _answer(status, headers)
    if upload.is_waiting:
        content = {"upload": str(upload.pk)}
    else:
        content = Outcome(upload.filename, upload.status, upload.photo, upload.detail).as_json()
    return _answer(201 if status == 201 else 200, headers, content)


def _refuse_version(request: HttpRequest) -> HttpResponse | None:
    if request.headers.get("Tus-Resumable") == VERSION:
        return None
    return _refuse(412, _("Only version 1.0.0 of tus is understood."), {"Tus-Version": VERSION})


def _number(request: HttpRequest, name: str) -> int:
    value = request.headers.get(name, "")
    if not (value.isascii() and value.isdigit() and len(value) < 16):
        raise BadRequest(_("“%(name)s” must be a number.") % {"name": name})
    return int(value)


def _metadata(request: HttpRequest) -> dict[str, str]:
    """What Upload-Metadata says: pairs of a name and a value in base64, divided by commas."""
    metadata = {}
    for pair in request.headers.get("Upload-Metadata", "").split(","):
        name, _space, value = pair.strip().partition(" ")
        try:
            metadata[name] = base64.b64decode(value, validate=True).decode(errors="replace").replace("\0", "")
        except binascii.Error as error:
            raise BadRequest(_("“Upload-Metadata” must be in base64.")) from error
    return metadata


def _answer(
    status: int, headers: dict[str, object] | None = None, content: dict[str, Any] | None = None
) -> HttpResponse:
    response = JsonResponse(content, status=status) if content else HttpResponse(status=status)
    for name, value in {"Tus-Resumable": VERSION, **(headers or {})}.items():
        response[name] = str(value)
    if not content:
        del response.headers["Content-Type"]
    return response


def _refuse(status: int, sentence: str, headers: dict[str, object] | None = None) -> HttpResponse:
    return _answer(status, headers, {"detail": sentence})
