"""Uploads in pieces that survive a lost connection: tus 1.0 with creation, checksum, expiration and termination.

https://tus.io/protocols/resumable-upload. Pages and API call these functions and build the answers. Pictures and
archives have separate addresses: no upload of one kind exists at the addresses of the other.
"""

from typing import IO, Protocol
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.http import UnreadablePostError
from django.utils.translation import gettext as _

from gallery.access.body_limits import too_large
from gallery.access.upload_answers import DAMAGED_PIECE, TUS_VERSION
from gallery.intake.describing import clean_archive_name
from gallery.intake.quota import NoRoom, admit_upload
from gallery.intake.tus_headers import (
    CHECKSUM_ALGORITHMS,
    EXTENSIONS,
    Announcement,
    Headers,
    MalformedHeader,
    PieceChecksum,
    check_piece_type,
    check_protocol,
    read_announcement,
    read_number,
    read_piece_checksum,
)
from gallery.intake.upload import try_upload
from gallery.models import Album
from gallery.pictures.digests import digests_of
from gallery.pictures.images import ImageTooLarge
from gallery.sources import check_archive, check_beginning
from gallery.sources.archives import ArchiveRefused
from gallery.storage.files import has_room, sync_files
from gallery.storage.partial_uploads import (
    Arrival,
    PartialUpload,
    UploadRefusal,
    finish_upload,
    open_upload,
    remove_upload,
)

BLOCK = 1 << 18


class ByteStream(Protocol):
    """A request body, which need not be a file."""

    def read(self, size: int, /) -> bytes: ...


class UploadNotAdmitted(UploadRefusal):
    """The file is too large, or there is no room for it."""

    def __init__(self, reason: ImageTooLarge) -> None:
        super().__init__(str(reason))
        self.kind = reason.kind


class AlbumGone(UploadRefusal):
    """The owner has no album with the announced id."""

    kind = "not-found"

    def __init__(self) -> None:
        super().__init__(_("This album does not exist."))


class OffsetMismatch(UploadRefusal):
    """The piece does not begin where the received bytes of `upload` end."""

    kind = "conflict"

    def __init__(self, upload: PartialUpload) -> None:
        super().__init__(_("This is not the next piece."))
        self.upload = upload


class DamagedPiece(UploadRefusal):
    """The piece of `upload` does not match its checksum; none of it was kept."""

    kind = DAMAGED_PIECE
    upload: PartialUpload

    def __init__(self, upload: PartialUpload) -> None:
        super().__init__(_("This piece arrived damaged. Send it again."))
        self.upload = upload


def begin_upload(
    headers: Headers, stream: ByteStream, *, owner: AbstractBaseUser, is_archive: bool = False
) -> PartialUpload:
    """Create an upload, and receive its first piece from `stream` if there is one.

    Raises:
        UploadRefusal: of the kinds MalformedHeader, UnsupportedVersion, WrongPieceType, AlbumGone, UploadNotAdmitted
            and DamagedPiece; after DamagedPiece the upload exists.
        OSError: the disk failed.
    """
    check_protocol(headers)
    announced = read_announcement(headers)
    upload = _admit(announced, owner=owner, is_archive=is_archive)
    with open_upload(upload) as file:
        try:
            if announced.has_piece:
                _receive(stream, upload, file, announced.checksum)
        except OSError:
            # The disk is full, and the client never learns the address of the upload.
            remove_upload(upload)
            raise
        _finish_if_possible(upload, file)
    return upload


def get_upload(
    headers: Headers, upload_id: UUID, *, owner: AbstractBaseUser, is_archive: bool = False
) -> PartialUpload:
    """Return an upload. Raises UploadRefusal or PartialUpload.DoesNotExist."""
    check_protocol(headers)
    return PartialUpload.objects.get(pk=upload_id, owner_id=owner.pk, is_archive=is_archive)


def receive_piece(headers: Headers, stream: ByteStream, upload: PartialUpload) -> None:
    """Append the piece in `stream` to an upload; store or refuse the file after its last piece.

    Raises:
        UploadRefusal: of the kinds MalformedHeader, WrongPieceType, UploadBusy, OffsetMismatch, DamagedPiece and
            UploadNotAdmitted.
        PartialUpload.DoesNotExist: the upload was cancelled, or an import took the archive.
    """
    check_piece_type(headers)
    offset, checksum = read_number(headers, "Upload-Offset"), read_piece_checksum(headers)
    with open_upload(upload) as file:
        if offset != upload.offset:
            raise OffsetMismatch(upload)
        if not upload.is_finished:
            # The room that was there at the beginning may be gone.
            if upload.is_archive and not has_room(upload.size - offset):
                raise UploadNotAdmitted(NoRoom(_("The server's disk does not have enough space for this file.")))
            _receive(stream, upload, file, checksum)
            _finish_if_possible(upload, file)


def cancel_upload(upload: PartialUpload) -> None:
    """Delete an upload and its bytes. Raises UploadBusy, PartialUpload.DoesNotExist."""
    with open_upload(upload):
        remove_upload(upload)


def describe_server(*, is_archive: bool) -> dict[str, object]:
    """Return the headers that announce the supported parts of the protocol."""
    return {
        "Tus-Version": TUS_VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Checksum-Algorithm": ",".join(CHECKSUM_ALGORITHMS),
        "Tus-Max-Size": _max_size(is_archive=is_archive),
    }


def _max_size(*, is_archive: bool) -> int:
    return int(settings.MAX_ARCHIVE_BYTES if is_archive else settings.MAX_UPLOAD_BYTES)


def _admit(announced: Announcement, *, owner: AbstractBaseUser, is_archive: bool) -> PartialUpload:
    filename = announced.filename
    if is_archive:
        if announced.sha256:
            # Reading the whole archive again would keep the client waiting for minutes; each piece may have a checksum.
            raise MalformedHeader(_("“sha256” is not supported for archives; send a checksum with each piece."))
        if announced.album_id:
            raise MalformedHeader(_("“album” is not supported for archives."))
        filename = clean_archive_name(filename)
    if announced.album_id and not Album.objects.visible_to(owner).filter(pk=announced.album_id).exists():
        raise AlbumGone
    limit = _max_size(is_archive=is_archive)
    try:
        if announced.size > limit:
            raise ImageTooLarge(too_large(limit))
        return admit_upload(
            owner=owner,
            filename=filename,
            modified_at=announced.modified_at,
            size=announced.size,
            sha256=announced.sha256,
            is_archive=is_archive,
            album_id=announced.album_id,
        )
    except ImageTooLarge as error:
        raise UploadNotAdmitted(error) from error


def _receive(stream: ByteStream, upload: PartialUpload, file: IO[bytes], checksum: PieceChecksum | None) -> None:
    """Write the body as it arrives: bytes before a lost connection are kept, unless the piece has a checksum."""
    begin = upload.offset
    room = upload.size - begin
    try:
        while room and (block := stream.read(min(BLOCK, room))):
            file.write(block)
            file.flush()
            room -= len(block)
            if checksum:
                checksum.running.update(block)
    except UnreadablePostError:
        pass
    upload.save(update_fields=["touched_at"])
    if checksum and not checksum.matches():
        file.truncate(begin)
        file.seek(begin)
        raise DamagedPiece(upload)


def _finish_if_possible(upload: PartialUpload, file: IO[bytes]) -> None:
    """Finish an upload that is complete, or whose first bytes show that it is not an archive."""
    is_complete = upload.offset == upload.size
    if upload.is_archive:
        _check_archive(upload, is_complete=is_complete)
    elif is_complete:
        _store_picture(upload, file)


def _check_archive(upload: PartialUpload, *, is_complete: bool) -> None:
    try:
        if is_complete:
            check_archive(upload.path)
        else:
            check_beginning(upload.path)
    except ArchiveRefused as error:
        finish_upload(upload, Arrival.REFUSED, detail=str(error), kind="invalid")
        return
    if is_complete:
        sync_files([upload.path, upload.path.parent])
        finish_upload(upload, Arrival.WAITING)


def _store_picture(upload: PartialUpload, file: IO[bytes]) -> None:
    if upload.sha256 and digests_of(file).sha256 != upload.sha256:
        sentence = _("This file arrived damaged. Send it again.")
        finish_upload(upload, Arrival.REFUSED, detail=sentence, kind="checksum-mismatch")
        return
    result = try_upload(
        file,
        owner=upload.owner,
        filename=upload.filename,
        modified_at=upload.modified_at,
        brought_by=upload,
        album_id=upload.album_id,
    )
    photo_id = result.photo.pk if result.photo else None
    finish_upload(upload, result.arrival, photo_id=photo_id, detail=result.detail, kind=result.kind)
