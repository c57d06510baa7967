"""What is passed over by its name alone: systems' and programs' own files, films, side-cars, halves of downloads."""

import re
from collections.abc import Callable, Sequence

from gallery.sources.globs import Globs
from gallery.sources.source_files import PassedOverBecause

# Longer paths are never imported; names in archives may have 65,535 characters.
LONGEST_JUDGED = 4096

# In lower case. Whoever names one of these as the folder to import gets it: only what lies below is judged.
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
PARTIAL = {"part", "partial", "crdownload", "tmp", "temp", "download", "opdownload", "filepart", "aria2", "td", "xltd"}

PICTURES = {
    "jpg", "jpeg", "jpe", "jfif", "mpo", "png", "apng", "gif", "webp", "bmp", "dib", "tif", "tiff", "heic", "heif",
    "hif", "avif",
}  # fmt: skip
VIDEOS = {
    "mp4", "m4v", "mov", "qt", "avi", "mkv", "webm", "3gp", "3g2", "mpg", "mpeg", "mts", "m2ts", "ts", "wmv", "flv",
    "asf", "vob", "ogv", "rm", "rmvb", "mp", "mp~2", "mv", "insv", "lrv", "mjpeg",
}  # fmt: skip
SIDECARS = {"xmp", "aae", "thm", "pp3", "dop", "on1", "cos", "lrt"}


class Skips:
    """The rules together with a person's own `ignore` globs, in the syntax of .gitignore.

    Paths longer than LONGEST_JUDGED characters are matched by their last name only. `progressed` is called for each
    path, and during long work between two paths.
    """

    def __init__(self, ignore: Sequence[str] = (), *, progressed: Callable[[], None] = lambda: None) -> None:
        self._ignored = Globs(ignore)
        self.progressed = progressed

    def folder(self, name: str) -> PassedOverBecause | None:
        """Why everything below the folder called `name`, a path relative to the source's root, is passed over."""
        self.progressed()
        last = name.rpartition("/")[2]
        if last.lower() in SYSTEM_FOLDERS or SYSTEM_FOLDER.fullmatch(last):
            return PassedOverBecause.SYSTEM
        if last.startswith("."):
            return PassedOverBecause.HIDDEN
        return PassedOverBecause.IGNORED if self._is_ignored(name, is_folder=True) else None

    def file(self, name: str) -> PassedOverBecause | None:
        """Why the file called `name`, likewise, is passed over, picture or not."""
        self.progressed()
        last = name.rpartition("/")[2]
        if SYSTEM_FILE.fullmatch(last):
            return PassedOverBecause.SYSTEM
        if PARTIAL_FILE.fullmatch(last) or extension_of(last) in PARTIAL:
            return PassedOverBecause.PARTIAL
        if last.startswith("."):
            return PassedOverBecause.HIDDEN
        return PassedOverBecause.IGNORED if self._is_ignored(name, is_folder=False) else None

    def _is_ignored(self, path: str, *, is_folder: bool) -> bool:
        return len(path) <= LONGEST_JUDGED and self._ignored.ignore(path, is_folder=is_folder)


def extension_of(name: str) -> str:
    """The ending after the last dot, in lower case; "" where there is none."""
    stem, _dot, ending = name.rpartition("/")[2].rpartition(".")
    return ending.lower() if stem else ""
