"""DCIM folders of iPhones and iTunes: pictures with AAE sidecars that hold their edits, and videos of live photos.

An edited copy (IMG_E1234.JPG beside IMG_1234.HEIC) is a separate picture: its bytes differ, and both were kept.
"""

import re
from collections.abc import Iterator, Sequence

from gallery.sources import plain
from gallery.sources.skip_rules import extension_of
from gallery.sources.source_files import SourceItem, SourceMetadata
from gallery.sources.trees import Folder, TreeFile

CAMERA_FOLDER = re.compile(r"DCIM|\d{3}(?:APPLE|CLOUD)", re.IGNORECASE)
# IMG_1234.AAE, and IMG_O1234.AAE where the picture was edited more than once.
EDIT_MARK = re.compile(r"^(IMG_)[EO](?=\d{4})", re.IGNORECASE)


def recognises(parts: Sequence[str]) -> bool:
    """Return whether one of `parts` is a camera folder."""
    return any(CAMERA_FOLDER.fullmatch(part) for part in parts)


def read_folder(folder: Folder) -> Iterator[SourceItem]:
    edits = {_number(file.name): file.path for file in folder.files if extension_of(file.name) == "aae"}

    def describe(file: TreeFile) -> SourceMetadata:
        return SourceMetadata(sidecar=edits.get(_number(file.name), ""))

    return plain.read_folder(folder, describe=describe)


def _number(name: str) -> str:
    """Return the name that a picture, its edited copy and their sidecars share."""
    return EDIT_MARK.sub(r"\1", name.rpartition(".")[0]).lower()
