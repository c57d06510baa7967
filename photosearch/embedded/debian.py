"""Debian packages, fetched as any user without installing them; apt verifies them with Debian's signed lists."""

import logging
import subprocess
import tempfile
from pathlib import Path

from photosearch.embedded import StartFailed

log = logging.getLogger(__name__)


def download_package(name: str, folder: Path) -> Path:
    """Return the package's file, fetched into `folder` unless present; raise StartFailed if that fails."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.deb"
    if file.exists():
        return file
    # In a separate folder, so that only a complete file gets its name.
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        try:
            fetched = _fetch(name, Path(temporary), options=[])
        except StartFailed:
            # The machine's lists are missing, or so old that their package no longer exists.
            fetched = _fetch(name, Path(temporary), options=_own_lists(folder / "apt"))
        fetched.rename(file)
    return file


def unpack_package(package: Path, folder: Path) -> None:
    """Unpack the files of a package below `folder`, completely or not at all."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        unpacked = Path(temporary, "files")
        _run(["dpkg-deb", "--extract", str(package), str(unpacked)], folder=Path(temporary))
        unpacked.rename(folder)


def _fetch(name: str, folder: Path, *, options: list[str]) -> Path:
    _run(["apt-get", *options, "download", "--quiet", name], folder=folder)
    fetched = next(folder.glob("*.deb"), None)
    if fetched is None:
        raise StartFailed(f"apt-get brought no package {name}. Run `apt-get update` as root and try again.")
    return fetched


def _own_lists(folder: Path) -> list[str]:
    """Update package lists in `folder`, which needs no rights; return the options that make apt use them."""
    log.info("Updating the lists of Debian's packages …")
    for needed in ("state/lists/partial", "cache/archives/partial"):
        (folder / needed).mkdir(parents=True, exist_ok=True)
    options = [
        f"--option=Dir::State={folder / 'state'}",
        "--option=Dir::State::status=/var/lib/dpkg/status",
        f"--option=Dir::Cache={folder / 'cache'}",
    ]
    _run(["apt-get", *options, "update", "--quiet"], folder=folder)
    return options


def _run(command: list[str], *, folder: Path) -> None:
    advice = "Check the machine's package sources."
    try:
        finished = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError:
        raise StartFailed(f"{command[0]} is not installed.") from None
    if finished.returncode:
        raise StartFailed(f"`{' '.join(command)}` failed: {finished.stderr.strip()[-500:]} {advice}")
