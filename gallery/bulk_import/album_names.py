"""The albums that the options of an import name for its files: one for all, and one for each folder."""

from pathlib import PurePath

from gallery.models import ImportJob
from gallery.sources import takeout


def albums_of_options(path: str, *, job: ImportJob) -> list[str]:
    """Return the names of the albums for the file at `path`, an absolute path or `ARCHIVE.zip!/MEMBER`."""
    folder = _folder_album(path, roots=job.roots) if job.makes_albums else ""
    return [name for name in (job.album.stated_name if job.album else "", folder) if name]


def _folder_album(path: str, *, roots: list[str]) -> str:
    """Return the name of the folder of a file, from the folders below the root on; empty for none.

    Folders of Takeout state their albums themselves.
    """
    for root in roots:
        for mark in ("/", "!/"):
            start = f"{root.rstrip('/')}{mark}"
            if path.startswith(start):
                folders = [part for part in path.removeprefix(start).split("/")[:-1] if part]
                if takeout.recognises([PurePath(root).name, *folders]):
                    return ""
                return " / ".join(folders) or (PurePath(root).name if mark == "/" else "")
    return ""
