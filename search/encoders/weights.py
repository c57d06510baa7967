"""Files of weights: are they there, and are they the ones that they should be."""

from functools import lru_cache
from hashlib import file_digest
from pathlib import Path

from django.utils.functional import Promise


class WeightsUnavailable(Exception):
    """An encoder cannot be loaded: `reason` is one sentence that says what to do, translated when it is shown."""

    def __init__(self, reason: str | Promise) -> None:
        super().__init__(reason)
        self.reason = reason


def sha256_of(path: Path) -> str:
    """The hexadecimal SHA-256 of a file's bytes."""
    status = path.stat()
    return _sha256(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=8)
def _sha256(path: Path, size: int, modified: int) -> str:  # noqa: ARG001 - cache key
    """Digests take seconds and are asked for again and again: size and time say whether the file is still the same."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
