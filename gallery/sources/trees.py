"""Folders and zip archives alike: what lies in them, folder by folder in a fixed order, each file to be opened.

Nothing is ever extracted under its own name, and no link is followed.
"""

import os
import stat
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

from gallery.pictures.opening import open_unlinked
from gallery.sources.skip_rules import Skips
from gallery.sources.source_files import FoundFile, PassedOver, PassedOverBecause


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a tree: its `path` for people, its own `name`, its size in bytes, when it was written (UTC)."""

    tree: "Tree"
    key: Any
    path: str
    name: str
    size: int
    modified_at: datetime | None
    is_plain: bool

    def open(self) -> IO[bytes]:
        """Its bytes, to be read and sought in."""
        return self.tree.open(self.key)

    def head(self, length: int) -> bytes:
        """Its first bytes."""
        with self.tree.open(self.key, limit=length) as file:
            return file.read(length)

    def passed_over(self, because: PassedOverBecause) -> PassedOver:
        """It is not taken in."""
        return PassedOver(self.path, because, self.size)

    def found(self) -> FoundFile:
        """It may be a picture."""
        opener = partial(self.tree.open, self.key)
        return FoundFile(self.path, self.name, self.size, self.modified_at, opener, self.is_plain)


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder of a tree: its files, and what was passed over in it.

    `parts` are the names of all folders on the way to it, `way` only those below the tree's root.
    """

    parts: tuple[str, ...]
    way: tuple[str, ...]
    entries: Sequence[Entry]
    passed_over: Sequence[PassedOver]


class Tree(ABC):
    """Something that holds files in folders."""

    @abstractmethod
    def folders(self, skips: Skips) -> Iterator[Folder]:
        """All folders, sorted by name; the files of each, too."""

    @abstractmethod
    def folder_names(self) -> Iterator[tuple[str, ...]]:
        """The ways to the folders of the uppermost levels: enough to recognise whose they are."""

    @abstractmethod
    def open(self, key: Any, *, limit: int | None = None) -> IO[bytes]:
        """The bytes of an entry, or the first `limit` of them, to be read and sought in; OSError if that fails."""


class FolderTree(Tree):
    """A folder on the disk."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def folders(self, skips: Skips) -> Iterator[Folder]:
        waiting = [""]
        while waiting:
            name = waiting.pop()
            folder, below = self._read(name, skips)
            yield folder
            waiting.extend(reversed(below))

    def folder_names(self, depth: int = 2) -> Iterator[tuple[str, ...]]:
        yield self._root.parts[1:]
        waiting = [(self._root, depth)]
        while waiting:
            folder, levels = waiting.pop(0)
            for entry in _listed(folder) or []:
                if entry.is_dir(follow_symlinks=False):
                    yield Path(entry.path).parts[1:]
                    if levels > 1:
                        waiting.append((Path(entry.path), levels - 1))

    def open(self, key: Any, *, limit: int | None = None) -> IO[bytes]:  # noqa: ARG002  (reads as much as is asked for)
        return open_unlinked(Path(key))

    def _read(self, name: str, skips: Skips) -> tuple[Folder, list[str]]:
        """The folder called `name`, relative to the root, and the names of those in it."""
        files: list[Entry] = []
        passed_over: list[PassedOver] = []
        below: list[str] = []
        place = self._root / name
        listed = _listed(place)
        if listed is None:
            passed_over.append(PassedOver(f"{shown(str(place))}/", PassedOverBecause.UNREADABLE))
        for item in listed or []:
            relative = f"{name}/{item.name}" if name else item.name
            is_folder = item.is_dir(follow_symlinks=False)
            because = skips.folder(relative) if is_folder else skips.file(relative)
            because = because or _trouble(item)
            if is_folder and not because:
                below.append(relative)
                continue
            entry = self._entry(item)
            if not because:
                files.append(entry)
            elif is_folder:
                passed_over.append(PassedOver(f"{entry.path}/", because))
            else:
                passed_over.append(entry.passed_over(because))
        parts = tuple(shown(part) for part in place.parts[1:])
        return Folder(parts, parts[len(self._root.parts) - 1 :], files, passed_over), below

    def _entry(self, item: os.DirEntry[str]) -> Entry:
        try:
            status = item.stat(follow_symlinks=False)
        except OSError:  # gone in this moment: opening it will say so
            return Entry(self, item.path, shown(item.path), shown(item.name), 0, None, is_plain=False)
        written = datetime.fromtimestamp(max(0, status.st_mtime), UTC)
        path = shown(item.path)
        return Entry(self, item.path, path, shown(item.name), status.st_size, written, is_plain=path == item.path)


def shown(name: str) -> str:
    """A name as people read it: bytes that are no UTF-8 (they come as lone surrogates) are tried as Chinese."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return decode_name(os.fsencode(name))
    return name


def decode_name(name: bytes, *, otherwise: str = "cp437") -> str:
    """A name whose encoding nobody tells: UTF-8, or Chinese if that gives a common character, or `otherwise`."""
    for encoding in ("utf-8", "gb18030"):
        try:
            text = name.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Western names are valid in GB18030 too, but give signs there that hardly anybody uses.
        if encoding == "utf-8" or any(_is_common(letter) for letter in text):
            return text
    return name.decode(otherwise, errors="replace")


def _is_common(letter: str) -> bool:
    try:
        return len(letter.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False


def _listed(folder: Path) -> list[os.DirEntry[str]] | None:
    """What lies in `folder`, by name; None if that cannot be read."""
    try:
        with os.scandir(folder) as items:
            return sorted(items, key=lambda item: item.name)
    except OSError:
        return None


def _trouble(item: os.DirEntry[str]) -> PassedOverBecause | None:
    if item.is_symlink():
        return PassedOverBecause.LINK
    try:
        mode = item.stat(follow_symlinks=False).st_mode
    except OSError:
        return PassedOverBecause.UNREADABLE
    return None if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else PassedOverBecause.UNSUPPORTED
