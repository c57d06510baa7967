"""The digests by which files are told apart: SHA-256 for us, MD5 and SHA-1 for clients and older libraries."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import IO


@dataclass(frozen=True)
class Digests:
    """Hexadecimal digests of a file's bytes."""

    sha256: str
    md5: str
    sha1: str


class RunningDigests:
    """The digests of bytes that pass by in blocks."""

    def __init__(self) -> None:
        self._hashes = hashlib.sha256(), hashlib.md5(usedforsecurity=False), hashlib.sha1(usedforsecurity=False)

    def update(self, block: bytes) -> None:
        """Take in the next block."""
        for digest in self._hashes:
            digest.update(block)

    def result(self) -> Digests:
        """Of what has passed so far."""
        sha256, md5, sha1 = (digest.hexdigest() for digest in self._hashes)
        return Digests(sha256, md5, sha1)


def digests_of(file: IO[bytes]) -> Digests:
    """The digests of all bytes of `file`, in one pass from its beginning."""
    digests = RunningDigests()
    file.seek(0)
    while block := file.read(1 << 20):
        digests.update(block)
    return digests.result()


def read_checksum(text: str, *, digits: int) -> str:
    """Return a digest of `digits` hexadecimal digits, given in either case or in base64; ValueError otherwise."""
    if re.fullmatch(r"[0-9a-fA-F]+", text) and len(text) == digits:
        return text.lower()
    try:
        raw = base64.b64decode(text.translate({ord("-"): "+", ord("_"): "/"}), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) * 2 != digits:
        raise ValueError(text)
    return raw.hex()
