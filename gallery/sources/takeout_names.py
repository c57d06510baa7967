"""Names of sidecars in Google Takeout: possible names for a picture, and whether a sidecar belongs to a picture.

A sidecar's name is the picture's title, `.supplemental-metadata` (nothing in older exports) and `.json`; all before
`.json` is cut at 46 UTF-16 units. The picture's name is cut at 47 units before its extension. If two pictures of a
folder have the same title, `(1)` follows the picture's stem, but the end of the sidecar's name. An edited copy shares
the sidecar of its original.
"""

import re
from collections.abc import Iterator

from gallery.pictures.formats import EXTENSION_OF_SUFFIX
from gallery.sources.skip_rules import extension_of
from gallery.text.normalizing import normalize_unicode

SUFFIX = ".supplemental-metadata"
MAX_SIDECAR_UNITS, MAX_STEM_UNITS = 46, 47

# Suffixes of edited copies and of Google's own creations, in the user's language.
EDITED = (
    "-edited", "-effects", "-smile", "-mix", "-cover", "-collage", "-animation", "-bearbeitet", "-modifié", "-编辑",
    "-已修改", "-修改", "-已編輯", "-編輯", "-編集済み", "-수정됨", "-modificato", "-ha editado", "-editado",
    "-editada", "-editat", "-bewerkt", "-edytowane", "-redigerad", "-redigeret", "-redigert", "-muokattu", "-upraveno",
    "-upravené", "-szerkesztett", "-editată", "-изменено", "-отредактировано", "-змінено", "-düzenlendi", "-แก้ไข",
    "-đã chỉnh sửa", "-diedit", "-επεξεργασμένο",
)  # fmt: skip
NUMBERED = re.compile(r"(.+)(\(\d+\))")
OTHER_EXTENSION = re.compile(r"\.(\w{3,4})(\..*)?")


def composed_name(name: str) -> str:
    """Return `name` in Unicode NFC: names of archives unpacked on a Mac are decomposed."""
    return normalize_unicode(name, form="NFC")


def possible_titles(name: str) -> Iterator[tuple[str, str]]:
    """Yield (title, number) pairs from which Takeout may have made the file name `name`, likeliest first."""
    stem, dot, ending = name.rpartition(".")
    yield name, ""
    if match := NUMBERED.fullmatch(stem):
        yield f"{match[1]}{dot}{ending}", match[2]


def possible_original_titles(name: str) -> Iterator[tuple[str, str]]:
    """Yield (title, number) pairs of the original, if `name` is the name of an edited copy."""
    for base, number in possible_titles(name):
        stem, dot, ending = base.rpartition(".")
        for original in _originals(stem):
            for original_base, original_number in possible_titles(f"{original}{dot}{ending}"):
                yield original_base, original_number or number


def sidecar_stems(base: str, number: str) -> list[str]:
    """Return possible names without `.json` of the sidecar of a picture titled `base`, most specific first."""
    stems = [base + SUFFIX[:length] + number for length in range(len(SUFFIX), -1, -1)]
    if _units(base) > MAX_SIDECAR_UNITS:
        stems += [cut + number for cut in _cuts(base, MAX_SIDECAR_UNITS)]
    stem = base.rpartition(".")[0]
    return [*stems, stem + SUFFIX + number, stem + number]


def sidecar_fits(title: str, stem: str, *, base: str) -> bool:
    """Return whether the sidecar called `stem` for the title `title` belongs to the picture titled `base`."""
    if stem.startswith(base):
        return True
    # The name is cut, perhaps where the names of two pictures differ: compare the titles too.
    if extension_of(title) in EXTENSION_OF_SUFFIX:
        title, _dot, ending = title.rpartition(".")
        if ending.lower() != extension_of(base):
            return False
    stem_of_base = base.rpartition(".")[0]
    return any(_is_written(cut, stem_of_base) for cut in _cuts(composed_name(title), MAX_STEM_UNITS))


def sidecar_fits_other_extension(stem: str, *, base: str, number: str) -> bool:
    """Return whether the sidecar called `stem` belongs to `base` with another extension: edited HEICs are JPEGs."""
    if number and not stem.endswith(number):
        return False
    rest = stem.removesuffix(number).removeprefix(base.rpartition(".")[0])
    match = OTHER_EXTENSION.fullmatch(rest)
    return match is not None and match[1].lower() in EXTENSION_OF_SUFFIX and SUFFIX.startswith(match[2] or "")


def _originals(stem: str) -> Iterator[str]:
    for suffix in EDITED:
        if stem.endswith(suffix):
            yield stem.removesuffix(suffix)
    if _units(stem) >= MAX_STEM_UNITS - 1:
        for suffix in EDITED:
            for length in range(len(suffix) - 1, 0, -1):
                if stem.endswith(suffix[:length]):
                    yield stem[:-length]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _cuts(text: str, units: int) -> set[str]:
    """Return `text` cut at `units` UTF-16 units, both without and with a surrogate pair on the edge."""
    cut = text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", errors="ignore")
    return {cut, text[: len(cut) + 1]} if _units(cut) < units else {cut}


def _is_written(title: str, name: str) -> bool:
    """Return whether `name` is `title` with `_` for characters that file systems refuse."""
    return len(title) == len(name) and all(
        character in (letter, "_") for letter, character in zip(title, name, strict=True)
    )
