"""Names in Google Takeout: of sidecars, of edited copies, and of pictures as made from their titles.

A sidecar's name is the picture's title, `.supplemental-metadata` (nothing in older exports) and `.json`; all before
`.json` is cut at 46 UTF-16 units. The picture's name is cut at 47 units before its extension. If two pictures of a
folder have the same title, `(1)` follows the picture's stem, but the end of the sidecar's name. An edited copy shares
the sidecar of its original.
"""

import re
from collections.abc import Iterator

from gallery.pictures.formats import EXTENSION_OF_SUFFIX
from gallery.sources.skip_rules import VIDEOS, extension_of
from gallery.text.normalizing import normalize_unicode

SUFFIX = ".supplemental-metadata"
MAX_SIDECAR_UNITS, MAX_STEM_UNITS = 46, 47

# Suffixes of edited copies and of Google's own creations, in the user's language.
EDITED = (
    "-edited", "-effects", "-smile", "-mix", "-cover", "-collage", "-animation", "-bearbeitet", "-modifié", "-编辑",
    "-已修改", "-已编辑", "-修改", "-已編輯", "-編輯", "-編集済み", "-編集", "-수정됨", "-편집됨", "-modificato",
    "-modificata", "-ha editado", "-editado", "-editada", "-editat", "-editado(a)", "-bewerkt", "-edytowane",
    "-edytowany", "-redigerad", "-redigeret", "-redigert", "-muokattu", "-upraveno", "-upravené", "-szerkesztett",
    "-szerkesztve", "-editată", "-изменено", "-отредактировано", "-редактирано", "-змінено", "-відредаговано",
    "-düzenlendi", "-แก้ไข", "-แก้ไขแล้ว", "-đã chỉnh sửa", "-diedit", "-επεξεργασμένο", "-έγινε επεξεργασία", "-uređeno",
    "-urejeno", "-redaguota", "-rediģēts", "-muudetud", "-נערך", "-נערכה", "-معدل", "-تم التعديل", "-संपादित",
)  # fmt: skip
# PXL_20230501_133045123~2.jpg: edited on the telephone.
PHONE_EDIT = re.compile(r"(.+)~\d{1,2}")
NUMBERED = re.compile(r"(.+)(\(\d+\))")
# Characters that Takeout writes as “_”.
REPLACED = re.compile(r"[<>:\"/\\|?*&%'’#@!$+={}^`;,\x00-\x1f]")
# Endings that stand for one picture: Google and telephones convert HEIC and raw pictures to JPEG.
CONVERTED = {"jpg", "heic", "avif", "dng"}
RAW_ENDINGS = {"dng", "cr2", "cr3", "nef", "arw", "orf", "rw2", "raf", "pef", "srw"}


def composed_name(name: str) -> str:
    """Return `name` in Unicode NFC: names of archives unpacked on a Mac are decomposed."""
    return normalize_unicode(name, form="NFC")


def comparable_name(name: str) -> str:
    """Return a key that names share which differ only in case, normal form and characters that Takeout replaces."""
    folded = name.lower() if name.isascii() else composed_name(composed_name(name).casefold())
    return REPLACED.sub("_", folded)


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
    if number:
        stems += [base + number + SUFFIX[:length] for length in range(len(SUFFIX), 0, -1)]
    if _units(base) > MAX_SIDECAR_UNITS:
        stems += [cut + number for cut in _cuts(base, MAX_SIDECAR_UNITS)]
    stem = base.rpartition(".")[0]
    return [*stems, stem + SUFFIX + number, stem + number + SUFFIX, stem + number]


def sidecar_fits(title: str, stem: str, *, base: str) -> bool:
    """Return whether the sidecar called `stem` for the title `title` belongs to the picture titled `base`."""
    if comparable_name(stem).startswith(comparable_name(base)):
        return True
    # The name is cut, perhaps where the names of two pictures differ: compare the titles too.
    if extension_of(title) in EXTENSION_OF_SUFFIX:
        title, _dot, ending = title.rpartition(".")
        if ending.lower() != extension_of(base):
            return False
    stem_of_base = base.rpartition(".")[0]
    return any(comparable_name(cut) == comparable_name(stem_of_base) for cut in _cuts(title, MAX_STEM_UNITS))


def names_of_title(title: str, stem: str) -> Iterator[tuple[str, str]]:
    """Yield possible stems and endings of the picture titled `title`, whose sidecar is called `stem`, cut anywhere.

    The ending is empty if the title has none.
    """
    title_stem, _dot, ending = title.rpartition(".")
    if ending.lower() not in {*EXTENSION_OF_SUFFIX, *RAW_ENDINGS, *VIDEOS}:
        title_stem, ending = title, ""
    whole = comparable_name(title + SUFFIX)
    for prefix, number in _without_number(stem):
        if prefix and whole.startswith(comparable_name(prefix)):
            yield from ((cut + number, ending) for cut in sorted(_cuts(title_stem, MAX_STEM_UNITS)))


def may_be_converted(ending: str, other: str) -> bool:
    """Return whether pictures with these endings, which differ, can be the same one converted."""
    return {_format(ending), _format(other)} <= CONVERTED


def _format(ending: str) -> str:
    ending = ending.lower()
    return "dng" if ending in RAW_ENDINGS else EXTENSION_OF_SUFFIX.get(ending, ending)


def _without_number(stem: str) -> Iterator[tuple[str, str]]:
    """Yield the name before its number, which may be part of the title or stand before `.supplemental-metadata`."""
    yield stem, ""
    if match := NUMBERED.fullmatch(stem):
        yield match[1], match[2]
    before, dot, suffix = stem.rpartition(".")
    if dot and SUFFIX.startswith(f".{suffix}") and (match := NUMBERED.fullmatch(before)):
        yield match[1], match[2]


def _originals(stem: str) -> Iterator[str]:
    folded = stem.casefold() if len(stem.casefold()) == len(stem) else stem
    for suffix in EDITED:
        if folded.endswith(suffix):
            yield stem[: -len(suffix)]
    if match := PHONE_EDIT.fullmatch(stem):
        yield match[1]
    if _units(stem) >= MAX_STEM_UNITS - 1:
        for suffix in EDITED:
            for length in range(len(suffix) - 1, 0, -1):
                if folded.endswith(suffix[:length]):
                    yield stem[:-length]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def _cuts(text: str, units: int) -> set[str]:
    """Return `text` cut at `units` UTF-16 units, both without and with a surrogate pair on the edge."""
    encoded = text.encode("utf-16-le", errors="surrogatepass")
    cut = encoded[: 2 * units].decode("utf-16-le", errors="ignore")
    return {cut, text[: len(cut) + 1]} if _units(cut) < units else {cut}
