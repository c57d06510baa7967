"""How people name a place on the server: by an import root or an archive, never by where that lies."""

import re
from collections.abc import Iterable
from pathlib import Path, PurePath

from django.conf import settings

from gallery.legible import visible

# An absolute path of at least two parts in a sentence.
ABSOLUTE_PATH = re.compile(r"""(?<![\w/])/(?:[^\s/'"]+/)+[^\s'"]*""")


class Places:
    """Names of what lies in the `roots` of an import, or below IMPORT_ROOTS.

    With `shows_paths`, for administrators, they are the paths themselves; those of uploaded archives (`is_upload`) lie
    in our own folder and are of no use to anybody.
    """

    def __init__(self, roots: Iterable[str] = (), *, is_upload: bool = False, shows_paths: bool = False) -> None:
        self._shows_paths = shows_paths and not is_upload
        own = [(root, PurePath(root).name or root) for root in roots]
        named = [] if is_upload else [(str(path), name) for name, path in import_roots().items()]
        self._roots = [*named, *own]

    def name(self, path: str) -> str:
        """The path from the name of its root on; of one that lies in no root, the last part."""
        if self._shows_paths:
            return path
        for root, name in self._roots:
            if path == root or path.startswith((f"{root.rstrip('/')}/", f"{root}!")):
                return visible(name + path[len(root) :])
        archive, mark, member = path.partition("!/")
        ending = "/" if archive.endswith("/") else ""
        return visible(f"{PurePath(archive).name}{ending}{mark}{member}")

    def in_words(self, sentence: str) -> str:
        """A sentence with the names of places instead of their paths."""
        if self._shows_paths:
            return sentence
        for root, name in self._roots:
            if root != "/":
                sentence = sentence.replace(root, name)
        return without_paths(sentence)


def import_roots() -> dict[str, Path]:
    """The folders in IMPORT_ROOTS that are there, links resolved, by names of which no two are the same."""
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
    """The folder that `Places.name` calls so; an absolute path is one already. None if it is in no import root."""
    root, _slash, below = name.partition("/")
    if not root:
        return Path(name)
    found = import_roots().get(root)
    return found / below if found else None


def without_paths(sentence: str) -> str:
    """A sentence without absolute paths, which tell of the server, of names and of checksums."""
    return ABSOLUTE_PATH.sub("…", sentence)
