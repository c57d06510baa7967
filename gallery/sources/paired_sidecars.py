"""Sidecars beside pictures, as digiKam, darktable, Lightroom and exporting programs name them.

IMG_1.jpg.xmp belongs to IMG_1.jpg. IMG_1.xmp belongs to all pictures of that name: a raw picture and its JPEG, which
also share IMG_1.cr2.xmp. IMG_1_01.jpg.xmp is darktable's sidecar of a second version of IMG_1.jpg. Names are compared
without case where none is exactly the same.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gallery.sources.skip_rules import extension_of
from gallery.sources.source_files import SkipReason
from gallery.sources.takeout_names import comparable_name, may_be_converted
from gallery.sources.trees import TreeFile

MAX_SIDECAR_BYTES = 1 << 20
SECOND_VERSION = re.compile(r"(.+)_\d\d(\.\w+)")


@dataclass(frozen=True)
class PairedSidecars:
    """The sidecars of a folder by the name of their picture, and the reasons of those that have no picture."""

    of_picture: Mapping[str, TreeFile] = field(default_factory=dict)
    reasons: Mapping[str, SkipReason] = field(default_factory=dict)


def pair_sidecars(files: Sequence[TreeFile], *, extension: str) -> PairedSidecars:
    """Give the sidecars with `extension` among the files of one folder to the other files."""
    sidecars = [file for file in files if extension_of(file.name) == extension]
    if not sidecars:
        return PairedSidecars()
    reasons = {file.name: SkipReason.OVERSIZED for file in sidecars if file.size > MAX_SIDECAR_BYTES}
    usable = [file for file in sidecars if file.name not in reasons]
    names = _Names([file.name for file in files if extension_of(file.name) != extension])
    of_picture: dict[str, TreeFile] = {}
    paired = set()
    # From the most specific name on: the first sidecar of a picture remains.
    for find in (names.of_name, names.of_stem, names.of_first_version, names.of_companion):
        for file in usable:
            for name in find(_stem(file.name)):
                of_picture.setdefault(name, file)
                paired.add(file.name)
    return PairedSidecars(of_picture, reasons | {f.name: SkipReason.ORPHAN for f in usable if f.name not in paired})


def read_sidecar(file: TreeFile) -> bytes:
    """Return the bytes of a sidecar; none if it cannot be read."""
    try:
        with file.open() as opened:
            return opened.read(MAX_SIDECAR_BYTES)
    except OSError:
        return b""


class _Names:
    """The names of the files in a folder that may have a sidecar."""

    def __init__(self, names: Sequence[str]) -> None:
        self._whole: dict[str, list[str]] = defaultdict(list)
        self._stems: dict[str, list[str]] = defaultdict(list)
        for name in names:
            self._whole[comparable_name(name)].append(name)
            self._stems[comparable_name(_stem(name))].append(name)

    def of_name(self, base: str) -> list[str]:
        found = self._whole.get(comparable_name(base), [])
        return [name for name in found if name == base] or found

    def of_stem(self, base: str) -> list[str]:
        found = self._stems.get(comparable_name(base), [])
        return [name for name in found if _stem(name) == base] or found

    def of_first_version(self, base: str) -> list[str]:
        match = SECOND_VERSION.fullmatch(base)
        return self.of_name(match[1] + match[2]) if match else []

    def of_companion(self, base: str) -> list[str]:
        ending = extension_of(base)
        return [name for name in self.of_stem(_stem(base)) if ending and may_be_converted(ending, extension_of(name))]


def _stem(name: str) -> str:
    return name.rpartition(".")[0]
