"""Files of weights: their digests and their download."""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path
from typing import IO
from urllib.error import URLError
from urllib.request import urlopen

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from gallery.pictures.digests import cached_sha256

logger = logging.getLogger(__name__)

# Seconds until an address counts as unreachable.
CONNECT_TIMEOUT = 10
BLOCK = 1 << 20


class WeightsUnavailable(Exception):
    """An encoder cannot be loaded. `reason` is a sentence that says what to do, translated when it is shown."""

    def __init__(self, reason: str | Promise) -> None:
        super().__init__(reason)
        self.reason = reason


def download_weights(address: str, path: Path, *, digest: str) -> None:
    """Download `address` to `path`, unless the file with this SHA-256 is already there.

    Raises:
        WeightsUnavailable: the download failed, or another process is downloading the same file.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(partial_path(path)) as partial:
            if path.is_file() and cached_sha256(path) == digest:
                return
            logger.info("Downloading %s", address)
            if _download(address, partial) != digest:
                raise WeightsUnavailable(format_lazy(_("{address}: the checksum does not match."), address=address))
            Path(partial.name).replace(path)
    except (OSError, HTTPException) as error:
        cause = error.reason if isinstance(error, URLError) else error
        raise WeightsUnavailable(
            format_lazy(_("{address} cannot be downloaded: {cause}."), address=address, cause=str(cause)),
        ) from error


def partial_path(path: Path) -> Path:
    """Return the path of the incomplete file during a download to `path`."""
    return path.with_name(f"{path.name}.part")


@contextmanager
def _locked(partial: Path) -> Iterator[IO[bytes]]:
    """Open `partial` for writing, empty and locked; remove it at the end if it still exists."""
    with partial.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WeightsUnavailable(_("Another process is already downloading the weights.")) from None
        file.truncate(0)
        try:
            yield file
        finally:
            partial.unlink(missing_ok=True)


def _download(address: str, target: IO[bytes]) -> str:
    """Write the response of `address` to `target` and return its SHA-256."""
    digest = sha256()
    with urlopen(address, timeout=CONNECT_TIMEOUT) as source:  # noqa: S310 - the address is part of an encoder
        while block := source.read(BLOCK):
            digest.update(block)
            target.write(block)
    target.flush()
    os.fsync(target.fileno())
    return digest.hexdigest()
