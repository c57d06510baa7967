"""Rules that skip files by name: system files, hidden files, unfinished downloads, and the user's own patterns."""

import re
from collections.abc import Callable, Sequence

from gallery.sources.globs import Globs
from gallery.sources.source_files import SkipReason

# Longer paths are never imported; names in archives can have 65,535 characters.
MAX_MATCHED_LENGTH = 4096

# In lower case. A folder with one of these names can still be the root of an import: rules apply only below it.
SYSTEM_FOLDERS = {
    "@eadir", "@__thumb", "#recycle", "#snapshot", "@recycle", "@recently-snapshot", "$recycle.bin", "recycler",
    "system volume information", "lost+found", "__macosx", ".spotlight-v100", ".fseventsd", ".temporaryitems",
    ".documentrevisions-v100", ".trash", ".trashes", ".trashed", ".thumbnails", ".cache", ".git", ".svn",
    "node_modules",
    "thumb", "thumbs", "thumbnail", "thumbnails", "cache", "caches", "lightroom catalog", "recently deleted",
}  # fmt: skip
SYSTEM_FOLDER = re.compile(r"\.trash-\d+|.*\.lrdata|lightroom catalog.*", re.IGNORECASE)
SYSTEM_FILE = re.compile(
    r"synofile_thumb.*|(?:eh)?thumbs(?:_vista)?\.db|desktop\.ini|\.ds_store|\._.*|icon\r|\.picasa\.ini|picasa\.ini|\.nomedia",
    re.IGNORECASE,
)
PARTIAL_FILE = re.compile(r"\.pending-\d+-.*|~\$.*|\.syncthing\..*|.*\.!ut", re.IGNORECASE)
PARTIAL_EXTENSIONS = {
    "part",
    "partial",
    "crdownload",
    "tmp",
    "temp",
    "download",
    "opdownload",
    "filepart",
    "aria2",
    "td",
    "xltd",
}

VIDEOS = {
    "mp4", "m4v", "mov", "qt", "avi", "mkv", "webm", "3gp", "3g2", "mpg", "mpeg", "mts", "m2ts", "ts", "wmv", "flv",
    "asf", "vob", "ogv", "rm", "rmvb", "mp", "mp~2", "mv", "insv", "lrv", "mjpeg",
}  # fmt: skip
SIDECARS = {"xmp", "aae", "thm", "pp3", "dop", "on1", "cos", "lrt"}


class SkipRules:
    """The built-in rules together with a user's `ignore` globs, in the syntax of .gitignore.

    The globs do not apply to paths longer than MAX_MATCHED_LENGTH characters. `on_progress` is called for each path;
    readers also call it during long work between two paths.
    """

    def __init__(self, ignore: Sequence[str] = (), *, on_progress: Callable[[], None] = lambda: None) -> None:
        self._ignored = Globs(ignore)
        self.on_progress = on_progress

    def folder_reason(self, path: str) -> SkipReason | None:
        """Return the reason to skip the folder at `path`, relative to the source's root, with all its files."""
        self.on_progress()
        name = path.rpartition("/")[2]
        if name.lower() in SYSTEM_FOLDERS or SYSTEM_FOLDER.fullmatch(name):
            return SkipReason.SYSTEM
        if name.startswith("."):
            return SkipReason.HIDDEN
        return SkipReason.IGNORED if self._is_ignored(path, is_folder=True) else None

    def file_reason(self, path: str) -> SkipReason | None:
        """Return the reason to skip the file at `path`, relative to the source's root, whatever its format."""
        self.on_progress()
        name = path.rpartition("/")[2]
        if SYSTEM_FILE.fullmatch(name):
            return SkipReason.SYSTEM
        if PARTIAL_FILE.fullmatch(name) or extension_of(name) in PARTIAL_EXTENSIONS:
            return SkipReason.PARTIAL
        if name.startswith("."):
            return SkipReason.HIDDEN
        return SkipReason.IGNORED if self._is_ignored(path, is_folder=False) else None

    def _is_ignored(self, path: str, *, is_folder: bool) -> bool:
        return len(path) <= MAX_MATCHED_LENGTH and self._ignored.ignore(path, is_folder=is_folder)


def extension_of(name: str) -> str:
    """Return the part after the last dot, in lower case; "" if there is none or the name begins with the dot."""
    stem, _dot, extension = name.rpartition("/")[2].rpartition(".")
    return extension.lower() if stem else ""
