"""iPhones' and iTunes' DCIM folders: pictures with the AAE files that hold their edits; films of live photos.

An edited copy (IMG_E1234.JPG beside IMG_1234.HEIC) is a picture of its own: its bytes differ, and both were kept.
"""

import re
from collections.abc import Iterator, Sequence

from gallery.sources import plain
from gallery.sources.skip_rules import extension_of
from gallery.sources.source_files import Claims, Found
from gallery.sources.trees import Entry, Folder

CAMERA_FOLDER = re.compile(r"DCIM|\d{3}(?:APPLE|CLOUD)", re.IGNORECASE)
# IMG_1234.AAE, and IMG_O1234.AAE where the picture was edited more than once.
EDIT_MARK = re.compile(r"^(IMG_)[EO](?=\d{4})", re.IGNORECASE)


def recognises(parts: Sequence[str]) -> bool:
    """Whether the folders on the way are a camera's."""
    return any(CAMERA_FOLDER.fullmatch(part) for part in parts)


def read_folder(folder: Folder) -> Iterator[Found]:
    """What lies in `folder`."""
    edits = {_number(entry.name): entry.path for entry in folder.entries if extension_of(entry.name) == "aae"}

    def tell(entry: Entry) -> Claims:
        return Claims(sidecar=edits.get(_number(entry.name), ""))

    return plain.read_folder(folder, tell=tell)


def _number(name: str) -> str:
    """What a picture, its edited copy and their side-cars have in common."""
    return EDIT_MARK.sub(r"\1", name.rpartition(".")[0]).lower()
