"""Make folders and archives like the real ones, and scan them."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from gallery.sources import scan
from gallery.sources.skip_rules import VIDEOS, extension_of
from gallery.sources.source_files import SourceFile

FILM = b"\0\0\0\x20ftypqt  \0\0\0\0qt  " + bytes(64)
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0" + bytes(64)


def make_folder(root: Path, files: Mapping[str, bytes] | Sequence[str]) -> Path:
    """Write `files` below `root`; files without bytes become what their endings say, JPEGs by default."""
    for name, data in _with_bytes(files).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


def make_zip(path: Path, files: Mapping[str, bytes] | Sequence[str]) -> Path:
    """Write `files` into an archive; files without bytes become what their endings say, JPEGs by default."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in _with_bytes(files).items():
            archive.writestr(name, data)
    return path


def scan_by_path(
    root: Path | Sequence[Path], *, profile: str = "auto", ignore: Sequence[str] = ()
) -> dict[str, SourceFile | str]:
    """Return by path below the root, or in the archive, the file found or the reason why it is skipped."""
    found = {}
    for item in scan(root, profile=profile, ignore=ignore):
        path = item.path.rpartition("!/")[2]
        if isinstance(root, Path) and root.is_dir():
            path = path.removeprefix(f"{root}/")
        assert path not in found
        found[path] = item if isinstance(item, SourceFile) else str(item.reason)
    return found


def picture(root: Path | Sequence[Path], path: str, *, profile: str = "auto") -> SourceFile:
    """Return the scanned picture at `path`."""
    found = scan_by_path(root, profile=profile)[path]
    assert isinstance(found, SourceFile), found
    return found


def verdicts(root: Path | Sequence[Path], *, profile: str = "auto", ignore: Sequence[str] = ()) -> dict[str, str]:
    """Return by path "found", the role of a file that belongs to a picture, or the reason why the file is skipped."""
    found = scan_by_path(root, profile=profile, ignore=ignore)
    return {path: item.role or "found" if isinstance(item, SourceFile) else item for path, item in found.items()}


def _with_bytes(files: Mapping[str, bytes] | Sequence[str]) -> Mapping[str, bytes]:
    return files if isinstance(files, Mapping) else {name: _content(name) for name in files}


def _content(name: str) -> bytes:
    extension = extension_of(name)
    if extension in VIDEOS:
        return FILM
    return b"some words" if extension in ("txt", "zip") else JPEG


def xor(data: bytes, key: int) -> bytes:
    return bytes(byte ^ key for byte in data)
