"""Names of server paths for users: relative to an import root or archive, never absolute."""

import re
from collections.abc import Iterable
from pathlib import Path, PurePath

from django.conf import settings

from gallery.text.cleaning import remove_invisible

# An absolute path of at least two parts in a sentence.
ABSOLUTE_PATH = re.compile(r"""(?<![\w/])/(?:[^\s/'"]+/)+[^\s'"]*""")


class Places:
    """Names of paths in the `roots` of an import, or below IMPORT_ROOTS.

    With `shows_paths`, for administrators, the names are the full paths, except those of uploaded archives
    (`is_upload`), which lie in our own folder.
    """

    def __init__(self, roots: Iterable[str] = (), *, is_upload: bool = False, shows_paths: bool = False) -> None:
        self._shows_paths = shows_paths and not is_upload
        own = [(root, PurePath(root).name or root) for root in roots]
        named = [] if is_upload else [(str(path), name) for name, path in import_roots().items()]
        self._roots = [*named, *own]

    def name(self, path: str) -> str:
        """Return the path from the name of its root on; outside every root, its last part."""
        if self._shows_paths:
            return path
        for root, name in self._roots:
            if path == root or path.startswith((f"{root.rstrip('/')}/", f"{root}!")):
                return remove_invisible(name + path[len(root) :])
        archive, mark, member = path.partition("!/")
        ending = "/" if archive.endswith("/") else ""
        return remove_invisible(f"{PurePath(archive).name}{ending}{mark}{member}")

    def in_words(self, sentence: str) -> str:
        """Return a sentence with names instead of paths."""
        if self._shows_paths:
            return sentence
        for root, name in self._roots:
            if root != "/":
                sentence = sentence.replace(root, name)
        return without_paths(sentence)


def import_roots() -> dict[str, Path]:
    """Return the existing folders in IMPORT_ROOTS, links resolved, by unique names."""
    named: dict[str, Path] = {}
    for path in map(Path, settings.IMPORT_ROOTS):
        if path.is_dir():
            real = path.resolve()
            name, number = path.name or "/", 1
            while name in named and named[name] != real:
                number += 1
                name = f"{path.name} ({number})"
            named[name] = real
    return named


def folder_at(name: str) -> Path | None:
    """Return the folder with this name (see `Places.name`) or absolute path; None if it is in no import root."""
    root, _slash, below = name.partition("/")
    if not root:
        return Path(name)
    found = import_roots().get(root)
    return found / below if found else None


def without_paths(sentence: str) -> str:
    """Return a sentence without absolute paths, which would disclose the server's folders, names and checksums."""
    return ABSOLUTE_PATH.sub("…", sentence)
