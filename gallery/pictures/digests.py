"""Digests of files: SHA-256 identifies a file; clients and older libraries also know MD5 and SHA-1."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO


@dataclass(frozen=True)
class Digests:
    """Hexadecimal digests of a file's bytes."""

    sha256: str
    md5: str
    sha1: str


class RunningDigests:
    """Computes the digests of bytes that arrive in blocks."""

    def __init__(self) -> None:
        self._hashes = hashlib.sha256(), hashlib.md5(usedforsecurity=False), hashlib.sha1(usedforsecurity=False)

    def update(self, block: bytes) -> None:
        for digest in self._hashes:
            digest.update(block)

    def result(self) -> Digests:
        """Return the digests of all blocks so far."""
        sha256, md5, sha1 = (digest.hexdigest() for digest in self._hashes)
        return Digests(sha256, md5, sha1)


def digests_of(file: IO[bytes]) -> Digests:
    """Return the digests of the whole `file`, read once from its beginning."""
    digests = RunningDigests()
    file.seek(0)
    while block := file.read(1 << 20):
        digests.update(block)
    return digests.result()


def cached_sha256(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file, cached until its size or time changes."""
    status = path.stat()
    return _sha256(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=24)
def _sha256(path: Path, _size: int, _mtime_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_checksum(text: str, *, digits: int) -> str:
    """Return a digest in lower-case hexadecimal digits, `digits` of them; `text` is hexadecimal or base64.

    Raises:
        ValueError: it is neither.
    """
    if re.fullmatch(r"[0-9a-fA-F]+", text) and len(text) == digits:
        return text.lower()
    try:
        raw = base64.b64decode(text.translate({ord("-"): "+", ord("_"): "/"}), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) * 2 != digits:
        raise ValueError(text)
    return raw.hex()
