"""Where CLIP's weights are, and OpenAI's own download of them."""

import fcntl
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path
from time import sleep
from types import ModuleType
from typing import IO, Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from django.conf import settings
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from search.encoders.weights import WeightsUnavailable, sha256_of

logger = logging.getLogger(__name__)

# Seconds: until an address counts as unreachable, and until it is tried again.
CONNECT_TIMEOUT = 10
FETCH_INTERVAL = 1800
BLOCK = 1 << 20


@cache
def clip_package() -> Any:
    """openai-clip, imported without torchvision.

    It wants a few of torchvision's transforms, which we replace (clip.preprocess), and torchvision
    does not load beside every build of torch. So it gets an empty stand-in, which goes again after the import.
    """
    names = ("Compose", "Resize", "CenterCrop", "ToTensor", "Normalize", "InterpolationMode")
    transforms = ModuleType("torchvision.transforms")
    for name in names:
        setattr(transforms, name, type(name, (), {"BICUBIC": "bicubic"}))
    stand_ins = {"torchvision": ModuleType("torchvision"), "torchvision.transforms": transforms}
    replaced = {name: sys.modules.get(name) for name in stand_ins}
    sys.modules.update(stand_ins)
    try:
        import clip
    finally:
        for name, module in replaced.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
    return clip


def published_weights() -> tuple[str, str]:
    """Address and SHA-256 of CLIP_MODEL's weights, from openai-clip's own table.

    Raises:
        WeightsUnavailable: there is no such model.
    """
    table: dict[str, str] = clip_package().clip._MODELS
    if settings.CLIP_MODEL not in table:
        raise WeightsUnavailable(
            format_lazy(_("CLIP_MODEL must be one of {models}."), models=", ".join(table)),
        )
    address = table[settings.CLIP_MODEL]
    return address, address.split("/")[-2]


def find_weights() -> tuple[Path, str]:
    """The file of CLIP's weights, and its SHA-256.

    Raises:
        WeightsUnavailable: it is not there, or not the published one.
    """
    if settings.CLIP_WEIGHTS:
        path = Path(settings.CLIP_WEIGHTS)
        if not path.is_file():
            raise WeightsUnavailable(
                format_lazy(_("Put CLIP's weights where CLIP_WEIGHTS says: {path}."), path=path),
            )
        return path, sha256_of(path)
    address, published = published_weights()
    path = weights_path()
    if not path.is_file():
        raise WeightsUnavailable(_missing(path, address))
    if sha256_of(path) != published:
        raise WeightsUnavailable(
            format_lazy(_("{path} is incomplete or not the published file; copy it again."), path=path),
        )
    return path, published


def weights_path() -> Path:
    """Where the published weights of CLIP_MODEL belong."""
    address, _digest = published_weights()
    return Path(settings.CLIP_DOWNLOAD_ROOT) / Path(urlsplit(address).path).name


def _missing(path: Path, address: str) -> Promise:
    partial = _partial(path)
    if partial.is_file():
        return format_lazy(
            _("{file} is being downloaded, {megabytes} MB so far; until then pictures wait for CLIP."),
            file=path.name,
            megabytes=partial.stat().st_size >> 20,
        )
    return format_lazy(
        _("Put {file} into {folder}, or let this machine reach {host}."),
        file=path.name,
        folder=path.parent,
        host=urlsplit(address).hostname,
    )


def fetch_weights() -> Path:
    """Download the published weights of CLIP_MODEL to where they belong, unless they are there.

    Raises:
        WeightsUnavailable: they cannot be had now, or another process is downloading them.
    """
    address, published = published_weights()
    path = weights_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _exclusively(_partial(path)) as partial:
            if path.is_file() and sha256_of(path) == published:
                return path
            logger.info("Downloading %s", address)
            if _download(address, partial) != published:
                raise WeightsUnavailable(format_lazy(_("{address} sends something else."), address=address))
            Path(partial.name).replace(path)
    except (OSError, HTTPException) as error:
        cause = error.reason if isinstance(error, URLError) else error
        raise WeightsUnavailable(
            format_lazy(_("{address} cannot be downloaded: {cause}."), address=address, cause=str(cause)),
        ) from error
    return path


def keep_fetching() -> None:
    """Download the weights as soon as this machine can; ends when they are there."""
    while True:
        try:
            logger.info("CLIP's weights are in %s", fetch_weights())
            return
        except WeightsUnavailable as error:
            logger.info("CLIP's weights wait: %s", error.reason)
        sleep(FETCH_INTERVAL)


def _partial(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


@contextmanager
def _exclusively(path: Path) -> Iterator[IO[bytes]]:
    """`path`, opened empty for writing and locked; removed at the end if it is still there."""
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WeightsUnavailable(_("Another process is downloading CLIP's weights.")) from None
        file.truncate(0)
        try:
            yield file
        finally:
            path.unlink(missing_ok=True)


def _download(address: str, target: IO[bytes]) -> str:
    """Write what `address` sends to `target`, and return its SHA-256."""
    digest = sha256()
    with urlopen(address, timeout=CONNECT_TIMEOUT) as source:  # noqa: S310 - the address is openai-clip's
        while block := source.read(BLOCK):
            digest.update(block)
            target.write(block)
    target.flush()
    os.fsync(target.fileno())
    return digest.hexdigest()
