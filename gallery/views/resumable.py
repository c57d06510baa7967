"""Take a picture, or an archive for an import, in pieces, so that it survives a lost connection: tus 1.0 with creation,
checksum, expiration and termination.

https://tus.io/protocols/resumable-upload. A client that accepts JSON is told in the answer to the last piece what
became of the picture, or under which id an import may take the archive; an empty piece after the last asks for that
again. The address says which of the two it is: no upload of one kind is there at those of the other.
"""

from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gallery.access import PageRequest
from gallery.access.parsing import read_json
from gallery.bulk_import.safety import ImportRefused, check_archive
from gallery.bulk_import.uploaded_archives import archive_name
from gallery.intake.quota import admit_upload
from gallery.intake.upload import known_checksums
from gallery.pictures.digests import digests_of, read_checksum
from gallery.pictures.images import ImageTooLarge
from gallery.storage.files import has_room, sync_files
from gallery.storage.partial_uploads import ARRIVED, PartialUpload, UploadBusy, finish_upload, opened, remove_upload
from gallery.views.tus import (
    CHECKSUM_MISMATCH,
    PIECE_TYPE,
    Refusal,
    answer,
    checksum_in,
    has_piece,
    metadata_in,
    number_in,
    sha256_in,
    speaks_tus,
    wants_json,
)
from gallery.views.uploads import Outcome, store_file, too_large

BLOCK = 1 << 18
MAX_CHECKSUMS = 1000


@speaks_tus("POST")
def begin(request: PageRequest, *, resume: str = "gallery:resume_upload", is_archive: bool = False) -> HttpResponse:
    """Begin an upload, optionally with its first piece; `resume` names the address for the others."""
    size, named = number_in(request, "Upload-Length"), metadata_in(request)
    takes_piece, checksum = has_piece(request), checksum_in(request)
    upload = _begin(request, size, named, is_archive=is_archive)
    with opened(upload) as file:
        try:
            if takes_piece:
                _receive(request, upload, file, checksum)
        except Refusal as refusal:
            # The upload exists although its first piece was damaged.
            refusal.headers = {"Location": _address(request, resume, upload), "Upload-Offset": upload.offset}
            raise
        except OSError:
            # The disk is full, and the client never learns of the upload.
            remove_upload(upload)
            raise
        _judge(upload, file, request)
    response = _tell(request, upload, status=201)
    response["Location"] = _address(request, resume, upload)
    return response


@speaks_tus("HEAD", "PATCH", "DELETE")
def go_on(request: PageRequest, upload_id: UUID, *, is_archive: bool = False) -> HttpResponse:
    """Say how much has come (HEAD), take the next piece (PATCH), forget it (DELETE)."""
    upload = get_object_or_404(PartialUpload, pk=upload_id, owner=request.user, is_archive=is_archive)
    try:
        return _go_on(request, upload)
    except PartialUpload.DoesNotExist as error:  # meanwhile forgotten, or taken by an import
        raise Http404 from error
    except UploadBusy as error:
        raise Refusal(423, _("Another request is sending this file.")) from error


@require_POST
def tell_known(request: PageRequest) -> JsonResponse:
    """Which of many SHA-256 need not be sent, being the person's already, and which have been sent in part."""
    checksums = _checksums(request)
    known = known_checksums(checksums, owner=request.user)
    partial = PartialUpload.objects.filter(owner=request.user, status=0, sha256__in=checksums).order_by("touched_at")
    return JsonResponse(
        {
            "known": {sha256: reverse("gallery:photo", args=[photo_id]) for sha256, photo_id in known.items()},
            "partial": {upload.sha256: reverse("gallery:resume_upload", args=[upload.pk]) for upload in partial},
        }
    )


def _checksums(request: HttpRequest) -> list[str]:
    body = read_json(request)
    try:
        checksums = body["checksums"]
        if len(checksums) <= MAX_CHECKSUMS:
            return [read_checksum(checksum, digits=64) for checksum in checksums]
    except (ValueError, TypeError, LookupError):
        pass
    raise BadRequest(_("“checksums” must be a list of at most %(limit)d SHA-256.") % {"limit": MAX_CHECKSUMS})


def _begin(request: PageRequest, size: int, named: dict[str, str], *, is_archive: bool) -> PartialUpload:
    """Create an upload; Refusal if it is too large, or there is no room for it."""
    limit = settings.MAX_ARCHIVE_BYTES if is_archive else settings.MAX_UPLOAD_BYTES
    filename, sha256 = named.get("filename", ""), sha256_in(named)
    if is_archive and sha256:
        # Reading the whole archive again would keep the client waiting for minutes; each piece may have a checksum.
        raise BadRequest(_("The checksum of a whole archive cannot be checked: leave “sha256” out."))
    if is_archive:
        filename = archive_name(filename)
    try:
        if size > limit:
            raise ImageTooLarge(too_large(limit))
        return admit_upload(owner=request.user, filename=filename, size=size, sha256=sha256, is_archive=is_archive)
    except ImageTooLarge as error:
        raise Refusal(413, str(error), kind=error.kind) from error


def _address(request: HttpRequest, resume: str, upload: PartialUpload) -> str:
    return request.build_absolute_uri(reverse(resume, args=[upload.pk]))


def _go_on(request: PageRequest, upload: PartialUpload) -> HttpResponse:
    if request.method == "HEAD":
        return _tell(request, upload, status=200)
    if request.method == "DELETE":
        with opened(upload):
            remove_upload(upload)
        return answer(204)
    if not has_piece(request) and request.content_type:
        raise Refusal(415, _("A piece must be sent as %(type)s.") % {"type": PIECE_TYPE})
    offset, checksum = number_in(request, "Upload-Offset"), checksum_in(request)
    with opened(upload) as file:
        if offset != upload.offset:
            headers: dict[str, object] = {"Upload-Offset": upload.offset}
            raise Refusal(409, _("This is not the piece that comes next."), headers=headers)
        if not upload.status:
            # The room that there was at the beginning may be gone.
            if upload.is_archive and not has_room(upload.size - offset):
                raise Refusal(413, _("There is not enough room on the disk for this file."))
            _receive(request, upload, file, checksum)
            _judge(upload, file, request)
    return _tell(request, upload, status=204)


def _receive(
    request: HttpRequest, upload: PartialUpload, file: IO[bytes], checksum: tuple[Any, bytes] | None = None
) -> None:
    """Write the body as it arrives: received bytes are kept on a broken connection, unless the piece has a checksum.

    Refusal of a damaged or misplaced piece, of which nothing is kept.
    """
    begin = upload.offset
    room = upload.size - begin
    try:
        while room and (block := request.read(min(BLOCK, room))):
            file.write(block)
            file.flush()
            room -= len(block)
            if checksum:
                checksum[0].update(block)
    except UnreadablePostError:
        pass
    upload.save(update_fields=["touched_at"])
    if checksum and checksum[0].digest() != checksum[1]:
        file.truncate(begin)
        file.seek(begin)
        raise Refusal(CHECKSUM_MISMATCH, _("This piece did not arrive whole. Send it again."))


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
        finish_upload(upload, status=400, photo_id=None, detail=str(error), kind="invalid")
        return
    if is_whole:
        sync_files([upload.path, upload.path.parent])
        finish_upload(upload, status=ARRIVED, photo_id=None, detail="")


def _store_picture(upload: PartialUpload, file: IO[bytes], request: PageRequest) -> None:
    if upload.sha256 and digests_of(file).sha256 != upload.sha256:
        sentence = _("The file did not arrive whole. Send it again.")
        outcome = Outcome(upload.filename, 400, detail=sentence, kind="checksum-mismatch")
    else:
        outcome = store_file(file, owner=request.user, filename=upload.filename, brought_by=upload)
    photo_id = outcome.photo.pk if outcome.photo else None
    finish_upload(upload, status=outcome.status, photo_id=photo_id, detail=outcome.detail, kind=outcome.kind)


def _tell(request: HttpRequest, upload: PartialUpload, *, status: int) -> HttpResponse:
    """How far the upload is; when a piece was the last one, what became of the file, in the words the client reads."""
    headers: dict[str, object] = {
        "Upload-Offset": upload.offset,
        "Upload-Length": upload.size,
        "Upload-Expires": http_date(upload.expires_at.timestamp()),
        "Cache-Control": "no-store",
    }
    if not upload.status or request.method == "HEAD":
        return answer(status, headers)
    if upload.photo is None and not upload.is_waiting:
        return Refusal(upload.status, upload.detail, kind=upload.kind, headers=headers).answer()
    if not wants_json(request):
        return answer(status, headers)
    if upload.is_waiting:
        content = {"upload": str(upload.pk)}
    else:
        content = Outcome(upload.filename, upload.status, upload.photo, upload.detail).as_json()
    return answer(201 if status == 201 else 200, headers, content)
