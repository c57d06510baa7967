"""How Google Takeout calls the side-car of a picture: which names to look for, and whether what was found fits.

A side-car is called after its picture's title, `.supplemental-metadata` (older exports: nothing) and `.json`, of which
all but the `.json` is cut at 46 UTF-16 units. The picture's own name is cut at 47 before its ending. Where two pictures
of a folder have one title, `(1)` comes behind the picture's stem, but at the very end of the side-car's; an edited copy
shares the side-car of its original.
"""

import re
from collections.abc import Iterator

from gallery.sources.skip_rules import PICTURES, extension_of
from gallery.text.composing import compose

SUFFIX = ".supplemental-metadata"
MAX_SIDECAR_UNITS, MAX_STEM_UNITS = 46, 47

# What Google adds to the names of edited copies and of what it made of a picture, in the person's language.
EDITED = (
    "-edited", "-effects", "-smile", "-mix", "-cover", "-collage", "-animation", "-bearbeitet", "-modifié", "-编辑",
    "-已修改", "-修改", "-已編輯", "-編輯", "-編集済み", "-수정됨", "-modificato", "-ha editado", "-editado",
    "-editada", "-editat", "-bewerkt", "-edytowane", "-redigerad", "-redigeret", "-redigert", "-muokattu", "-upraveno",
    "-upravené", "-szerkesztett", "-editată", "-изменено", "-отредактировано", "-змінено", "-düzenlendi", "-แก้ไข",
    "-đã chỉnh sửa", "-diedit", "-επεξεργασμένο",
)  # fmt: skip
NUMBERED = re.compile(r"(.+)(\(\d+\))")
OTHER_ENDING = re.compile(r"\.(\w{3,4})(\..*)?")


def composed(name: str) -> str:
    """`name` with accents joined to their letters: archives unpacked on a Mac have them apart."""
    return compose(name, form="NFC")


def readings(name: str) -> Iterator[tuple[str, str]]:
    """The names and numbers that the title of the picture called `name` may have had, the likeliest first."""
    stem, dot, ending = name.rpartition(".")
    yield name, ""
    if match := NUMBERED.fullmatch(stem):
        yield f"{match[1]}{dot}{ending}", match[2]


def original_readings(name: str) -> Iterator[tuple[str, str]]:
    """The same for the original, if `name` is that of an edited copy."""
    for base, number in readings(name):
        stem, dot, ending = base.rpartition(".")
        for original in _originals(stem):
            for original_base, original_number in readings(f"{original}{dot}{ending}"):
                yield original_base, original_number or number


def sidecar_stems(base: str, number: str) -> list[str]:
    """What side-cars of a picture titled `base` may be called, without `.json`; the longest, surest first."""
    stems = [base + SUFFIX[:length] + number for length in range(len(SUFFIX), -1, -1)]
    if _units(base) > MAX_SIDECAR_UNITS:
        stems += [cut + number for cut in _cuts(base, MAX_SIDECAR_UNITS)]
    stem = base.rpartition(".")[0]
    return [*stems, stem + SUFFIX + number, stem + number]


def fits(title: str, stem: str, *, base: str) -> bool:
    """Whether the side-car called `stem`, about the picture titled `title`, is that of the picture titled `base`."""
    if stem.startswith(base):
        return True
    # Its name lacks something: another picture's may lack just what made the difference.
    if extension_of(title) in PICTURES:
        title, _dot, ending = title.rpartition(".")
        if ending.lower() != extension_of(base):
            return False
    stem_of_base = base.rpartition(".")[0]
    return any(_is_written(cut, stem_of_base) for cut in _cuts(composed(title), MAX_STEM_UNITS))


def fits_with_other_ending(stem: str, *, base: str, number: str) -> bool:
    """Whether the side-car called `stem` is of the picture titled `base` but for its ending: edited HEICs are JPEGs."""
    if number and not stem.endswith(number):
        return False
    rest = stem.removesuffix(number).removeprefix(base.rpartition(".")[0])
    match = OTHER_ENDING.fullmatch(rest)
    return match is not None and match[1].lower() in PICTURES and SUFFIX.startswith(match[2] or "")


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
    """`text` cut at so many UTF-16 units; a sign of two on the edge may be left out or kept."""
    cut = text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", errors="ignore")
    return {cut, text[: len(cut) + 1]} if _units(cut) < units else {cut}


def _is_written(title: str, name: str) -> bool:
    """Whether `name` is how Google writes `title`: with `_` for what file systems refuse."""
    return len(title) == len(name) and all(sign in (letter, "_") for letter, sign in zip(title, name, strict=True))
