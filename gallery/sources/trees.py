"""Trees of files: the common interface of folders and zip archives, and the tree of a folder on the disk.

No archive is extracted under the names of its members, and no link is followed.
"""

import os
import stat
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

from gallery.pictures.opening import open_unlinked
from gallery.sources.skip_rules import SkipRules
from gallery.sources.source_files import SkippedFile, SkipReason, SourceFile, SourceMetadata


@dataclass(frozen=True, slots=True)
class TreeFile:
    """A file of a tree: its readable `path`, its `name`, its size in bytes, and when it was modified (UTC).

    See SourceFile for `location` and `earlier_location`.
    """

    tree: "Tree"
    key: Any
    path: str
    name: str
    size: int
    modified_at: datetime | None
    is_plain: bool
    location: bytes
    earlier_location: bytes = b""

    def open(self) -> IO[bytes]:
        """Open the file for reading; it is seekable."""
        return self.tree.open(self.key)

    def head(self, length: int) -> bytes:
        """Return the first `length` bytes."""
        with self.tree.open(self.key, limit=length) as file:
            return file.read(length)

    def skipped(self, reason: SkipReason) -> SkippedFile:
        """Return the item for a file that is not imported."""
        return SkippedFile(self.path, reason, self.size, self.location, self.earlier_location)

    def as_source_file(self, metadata: SourceMetadata) -> SourceFile:
        """Return the item for a file that may be a picture."""
        opener = partial(self.tree.open, self.key)
        return SourceFile(
            self.path,
            self.name,
            self.size,
            self.modified_at,
            opener,
            self.is_plain,
            metadata,
            location=self.location,
            earlier_location=self.earlier_location,
        )


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder of a tree: its files, and the skipped files and folders in it.

    `parts` are the names of all its parents and its own, `relative_parts` only those below the tree's root.
    """

    parts: tuple[str, ...]
    relative_parts: tuple[str, ...]
    files: Sequence[TreeFile]
    skipped: Sequence[SkippedFile]


class Tree(ABC):
    """A hierarchy of folders and files."""

    @abstractmethod
    def folders(self, rules: SkipRules) -> Iterator[Folder]:
        """Yield all folders, and their files, sorted by name."""

    @abstractmethod
    def folder_names(self) -> Iterator[tuple[str, ...]]:
        """Yield the parts of the topmost folders: enough to recognise the program that made them."""

    @abstractmethod
    def open(self, key: Any, *, limit: int | None = None) -> IO[bytes]:
        """Open a file for reading, or its first `limit` bytes; it is seekable. Raises OSError."""


class FolderTree(Tree):
    """The tree of a folder on the disk."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def folders(self, rules: SkipRules) -> Iterator[Folder]:
        waiting = [""]
        while waiting:
            name = waiting.pop()
            folder, subfolders = self._read(name, rules)
            yield folder
            waiting.extend(reversed(subfolders))

    def folder_names(self, depth: int = 2) -> Iterator[tuple[str, ...]]:
        yield self._root.parts[1:]
        waiting = [(self._root, depth)]
        while waiting:
            folder, levels = waiting.pop(0)
            for item in _sorted_items(folder) or []:
                if item.is_dir(follow_symlinks=False):
                    yield Path(item.path).parts[1:]
                    if levels > 1:
                        waiting.append((Path(item.path), levels - 1))

    def open(self, key: Any, *, limit: int | None = None) -> IO[bytes]:  # noqa: ARG002  (callers of `head` read only what they need)
        return open_unlinked(Path(key))

    def _read(self, name: str, rules: SkipRules) -> tuple[Folder, list[str]]:
        """Read the folder at the relative path `name`; return it and the relative paths of its subfolders."""
        files: list[TreeFile] = []
        skipped: list[SkippedFile] = []
        subfolders: list[str] = []
        path = self._root / name
        items = _sorted_items(path)
        if items is None:
            skipped.append(_skipped_folder(str(path), SkipReason.UNREADABLE))
        names = Counter(readable_name(item.name) for item in items or [])
        for item in items or []:
            relative = f"{name}/{item.name}" if name else item.name
            is_folder = item.is_dir(follow_symlinks=False)
            reason = rules.folder_reason(relative) if is_folder else rules.file_reason(relative)
            reason = reason or _unsupported_reason(item)
            if is_folder and not reason:
                subfolders.append(relative)
                continue
            if is_folder and reason:
                skipped.append(_skipped_folder(item.path, reason))
                continue
            file = self._file(item, is_alone=names[readable_name(item.name)] == 1)
            if not reason:
                files.append(file)
            else:
                skipped.append(file.skipped(reason))
        parts = tuple(readable_name(part) for part in path.parts[1:])
        return Folder(parts, parts[len(self._root.parts) - 1 :], files, skipped), subfolders

    def _file(self, item: os.DirEntry[str], *, is_alone: bool) -> TreeFile:
        path, name, location = readable_path(item.path), readable_name(item.name), os.fsencode(item.path)
        earlier = path.encode() if is_alone and path != item.path else b""
        try:
            status = item.stat(follow_symlinks=False)
        except OSError:  # it has just vanished: opening it raises the error
            return TreeFile(self, item.path, path, name, 0, None, False, location, earlier)
        modified_at = moment(status.st_mtime)
        is_plain = path == item.path
        return TreeFile(self, item.path, path, name, status.st_size, modified_at, is_plain, location, earlier)


def moment(timestamp: float) -> datetime | None:
    """Return the time of a Unix timestamp; None if no calendar has it."""
    try:
        return datetime.fromtimestamp(max(0, timestamp), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def readable_name(name: str) -> str:
    """Return `name` with bytes that are not UTF-8 (lone surrogates) decoded: as Chinese, if that is plausible."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return decode_name(os.fsencode(name))
    return name


def readable_path(path: str) -> str:
    """Return `path` with each part decoded as by `readable_name`: the parts may differ in encoding."""
    return "/".join(map(readable_name, path.split("/")))


def decode_name(name: bytes, *, otherwise: str = "cp437") -> str:
    """Decode a name of unknown encoding: UTF-8, GB18030 if that yields a common Chinese character, or `otherwise`."""
    for encoding in ("utf-8", "gb18030"):
        try:
            text = name.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Western names are valid GB18030 too, but decode to rare characters.
        if encoding == "utf-8" or any(_is_common(letter) for letter in text):
            return text
    return name.decode(otherwise, errors="replace")


def _is_common(letter: str) -> bool:
    try:
        return len(letter.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False


def _skipped_folder(path: str, reason: SkipReason) -> SkippedFile:
    return SkippedFile(f"{readable_path(path)}/", reason, location=os.fsencode(path) + b"/")


def _sorted_items(folder: Path) -> list[os.DirEntry[str]] | None:
    """Return the items in `folder`, sorted by name; None if it cannot be read."""
    try:
        with os.scandir(folder) as items:
            return sorted(items, key=lambda item: item.name)
    except OSError:
        return None


def _unsupported_reason(item: os.DirEntry[str]) -> SkipReason | None:
    if item.is_symlink():
        return SkipReason.LINK
    try:
        mode = item.stat(follow_symlinks=False).st_mode
    except OSError:
        return SkipReason.UNREADABLE
    return None if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else SkipReason.UNSUPPORTED
