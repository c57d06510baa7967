"""Tar archives, plain or compressed (.tar, .tgz, .tar.gz, .tar.bz2, .tar.xz).

A compressed archive is unpacked once, as a whole, into a plain one, whose members can be read in any order. No member
is extracted under its name. Links, devices and sparse files are never read.
"""

import bz2
import gzip
import lzma
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256
from io import BufferedReader
from pathlib import Path
from typing import IO, Any, cast

from django.utils.translation import gettext as _

from gallery.sources import archives
from gallery.sources.archives import Archive, ArchiveRefused, MemberDetails, MemberName, UnreadableMember
from gallery.sources.file_parts import FilePart, TarHeaders
from gallery.sources.source_files import SkipReason
from gallery.sources.trees import decode_name, moment
from gallery.storage.files import free_bytes, temporary_folder

BLOCK = tarfile.BLOCKSIZE
READING_ERRORS = (tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError)
PIECE = 1 << 22
# The room on the disk is checked before each of these.
CHECKED_BYTES = 1 << 24
# Memory that decompression may take; `xz -9` needs 65 MB.
MAX_LZMA_BYTES = 256 << 20
LINKS = {tarfile.LNKTYPE, tarfile.SYMTYPE}


class TarArchive(Archive):
    """An open tar archive. A member's key is its position, size, time and type."""

    def __init__(self, path: Path, *, on_progress: Callable[[], None]) -> None:
        """Unpack the archive if it is compressed; raises ArchiveRefused."""
        check_tar(path)
        self._path = path
        self._on_progress = on_progress
        plain = unpacked(path, on_progress=on_progress) if _decompressor(path) else path
        self._file = plain.open("rb", buffering=0)

    def names(self) -> Iterator[MemberName]:
        members = 0
        start: int | None = 0
        while start is not None:
            headers = cast(Any, TarHeaders(self._file.fileno(), start))
            try:
                with tarfile.open(fileobj=headers, mode="r:", encoding="utf-8") as tar:
                    for info in _members_of(tar):
                        self._on_progress()
                        members += 1
                        if members > archives.MAX_MEMBERS:
                            raise archives.too_many(self._path)
                        raw = info.name.encode("utf-8", errors="surrogateescape")
                        key = (start + info.offset_data, info.size, info.mtime, _kind_of(info))
                        yield MemberName(raw, decode_name(raw), key)
                    end = start + tar.offset
            except READING_ERRORS:
                self.is_incomplete = True
                return
            start = self._next_archive(end)

    def describe(self, key: Any) -> MemberDetails:
        start, size, modified_at, kind = key
        if kind is None and start + size > os.fstat(self._file.fileno()).st_size:
            self.is_incomplete = True
        return MemberDetails(size, moment(modified_at), kind)

    def open(self, key: Any, *, limit: int | None = None) -> IO[bytes]:
        start, size, _modified_at, _kind = key
        size = size if limit is None else min(size, limit)
        if start + size > os.fstat(self._file.fileno()).st_size:
            raise UnreadableMember(_("The archive ends before the end of this file."))
        return cast(IO[bytes], BufferedReader(FilePart(self._file.fileno(), start, size)))

    def _next_archive(self, end: int) -> int | None:
        """Return where another archive begins that was appended; None at the end of the file.

        The archive is incomplete if no empty block marks its end.
        """
        size = os.fstat(self._file.fileno()).st_size
        mark = os.pread(self._file.fileno(), BLOCK, end)
        if mark.strip(b"\0") or not mark:
            self.is_incomplete = True
            return None
        while end < size:
            self._on_progress()
            piece = os.pread(self._file.fileno(), PIECE, end)
            if content := piece.lstrip(b"\0"):
                start = (end + len(piece) - len(content)) // BLOCK * BLOCK
                if _is_header(os.pread(self._file.fileno(), BLOCK, start)):
                    return start
                self.is_incomplete = True
                return None
            end += len(piece)
        return None


def is_tar(path: Path) -> bool:
    """Return whether the file begins like a compressed file or a tar archive."""
    return _decompressor(path) is not None or _is_header(_head(path))


def begins_like_tar(path: Path) -> bool:
    """Return whether the file, of which more may arrive, can become a tar archive."""
    head = _head(path)
    if any(magic.startswith(head[: len(magic)]) for magic in DECOMPRESSORS):
        return True
    return _is_header(head) if len(head) == BLOCK else path.name.lower().endswith(".tar")


def check_tar(path: Path) -> None:
    """Raise ArchiveRefused unless the file begins like a tar archive, after decompression."""
    decompress = _decompressor(path)
    try:
        head = b""
        for piece in decompress(path) if decompress else [_head(path)]:
            head += piece[: BLOCK - len(head)]
            if len(head) == BLOCK:
                break
    except READING_ERRORS as error:
        raise archives.not_an_archive(path) from error
    if not _is_header(head) and head != bytes(BLOCK):
        raise archives.not_an_archive(path)


def unpacked(path: Path, *, on_progress: Callable[[], None]) -> Path:
    """Return the plain tar archive of a compressed one: unpacked now, or earlier for the same import.

    The copy of a damaged archive ends where the damage begins.

    Raises:
        ArchiveRefused: it unpacks to too much, or the disk is full.
    """
    target = unpacked_path(path)
    if target.exists():
        os.utime(target)  # `sweep_temporary` removes it when it has not been used for some hours
        return target
    part = target.with_suffix(f".{os.getpid()}")
    allowed = archives.allowed_bytes(path)
    size, checked = 0, -1
    try:
        with part.open("wb") as file:
            for piece in _pieces(path):
                on_progress()
                file.write(piece)
                size += len(piece)
                if size > allowed:
                    raise archives.bomb(path)
                if size // CHECKED_BYTES == checked:
                    continue
                checked = size // CHECKED_BYTES
                if free_bytes() < 0:
                    raise ArchiveRefused(_("The server's disk has no room to unpack “%(name)s”.") % {"name": path.name})
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return target


def discard_unpacked(path: Path) -> None:
    """Remove the plain copy of a compressed archive, if there is one."""
    with suppress(OSError):
        unpacked_path(path).unlink(missing_ok=True)


def unpacked_path(path: Path) -> Path:
    """Return the place of the plain copy, which changes whenever the archive does."""
    status = path.stat()
    key = f"{path}\0{status.st_size}\0{status.st_mtime_ns}"
    return temporary_folder() / f"{sha256(os.fsencode(key)).hexdigest()}.tar"


def _pieces(path: Path) -> Iterator[bytes]:
    if decompress := _decompressor(path):
        with suppress(EOFError, OSError, zlib.error, lzma.LZMAError):
            yield from decompress(path)


def _gzip_pieces(path: Path) -> Iterator[bytes]:
    with gzip.open(path) as file:
        # Unlike read(), this also returns the last bytes before the damage.
        while piece := file.read1(PIECE):
            yield piece


def _bzip2_pieces(path: Path) -> Iterator[bytes]:
    with bz2.open(path) as file:
        # Unlike read(), this also returns the last bytes before the damage.
        while piece := file.read1(PIECE):
            yield piece


def _xz_pieces(path: Path) -> Iterator[bytes]:
    """Yield the unpacked bytes; unlike lzma.open with a limit for the memory, which the file itself asks for."""
    decompressor = lzma.LZMADecompressor(memlimit=MAX_LZMA_BYTES)
    with path.open("rb") as file:
        rest = b""
        while True:
            data = rest or (file.read(PIECE) if decompressor.needs_input else b"")
            if decompressor.needs_input and not data:
                return
            if piece := decompressor.decompress(data, PIECE):
                yield piece
            rest = b""
            if decompressor.eof:
                rest = decompressor.unused_data
                decompressor = lzma.LZMADecompressor(memlimit=MAX_LZMA_BYTES)


# Functions that unpack, by the magic numbers of compressed files.
DECOMPRESSORS: dict[bytes, Callable[[Path], Iterator[bytes]]] = {
    b"\x1f\x8b": _gzip_pieces,
    b"BZh": _bzip2_pieces,
    b"\xfd7zXZ\0": _xz_pieces,
}


def _members_of(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Yield the members except folders, without keeping them in memory."""
    while (info := tar.next()) is not None:
        cast(Any, tar).members = []
        if not info.isdir():
            yield info


def _kind_of(info: tarfile.TarInfo) -> SkipReason | None:
    """Return the reason to skip a member that is no common file."""
    if info.type in LINKS:
        return SkipReason.LINK
    is_file = info.type in (*tarfile.REGULAR_TYPES,) or info.type not in tarfile.SUPPORTED_TYPES
    return None if is_file and not info.issparse() else SkipReason.UNSUPPORTED


def _decompressor(path: Path) -> Callable[[Path], Iterator[bytes]] | None:
    head = _head(path)
    return next((opener for magic, opener in DECOMPRESSORS.items() if head.startswith(magic)), None)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(BLOCK)


def _is_header(block: bytes) -> bool:
    """Return whether a block is the header of a member; its checksum decides."""
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.TarError:
        return False
    return True
