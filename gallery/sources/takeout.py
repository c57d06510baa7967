"""Google Takeout: read the sidecars of all parts of an export first, then yield pictures with sidecar and album."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from gallery.pictures.formats import EXTENSION_OF_SUFFIX
from gallery.sources import plain
from gallery.sources.skip_rules import SkipRules, extension_of
from gallery.sources.source_files import SkippedFile, SkipReason, SourceFile, SourceItem
from gallery.sources.takeout_names import composed_name
from gallery.sources.takeout_sidecars import SidecarIndex
from gallery.sources.trees import Folder, Tree

# Google Photos, Google Fotos, Google 相册, Google フォト, …
ROOT_FOLDER = re.compile(
    r"takeout|google\s(?:photos|fotos|foto['’]?s?|фото|фотографии|相册|相簿|フォト|포토|zdjęcia|kuvat|fotky|fotografie"
    r"|fényképek|fotoğraflar|foton|bilder|billeder|bilete)",
    re.IGNORECASE,
)
# Photos from 2023, Fotos von 2023, Photos de 2023, Foto dal 2023, 2023 年的照片, 2023年の写真, …: not albums.
YEAR_FOLDER = re.compile(
    r"(?:photos (?:from|de|du)|fotos (?:von|aus|del?)|foto (?:d[ae]l|dari)|foto['’]s (?:van|uit)|zdjęcia z(?: roku)?"
    r"|(?:foton|bilder) från|(?:bilder|billeder) fra|(?:фото|фотографии|фотографії|снимки) (?:за|с|из|від|от)"
    r"|(?:fotky|fotografie) z(?: roku)?|fotografii din|valokuvat vuodelta|φωτογραφίες από(?: το)?|ảnh (?:từ|năm)"
    r"|(?:ภาพถ่าย|รูปภาพ)จากปี|(?:slike|fotografije) iz|nuotraukos iš|תמונות מ-?|صور من) ?(?:19|20)\d\d"
    r"(?: (?:год|года|рік|року))?"
    r"|(?:19|20)\d\d\s?(?:年的照片|年的相片|年の写真|년 사진|년의 사진|yılından fotoğraflar|\. évi fényképek)",
    re.IGNORECASE,
)


def recognises(parts: Sequence[str]) -> bool:
    """Return whether one of `parts` is a folder of Takeout."""
    return any(ROOT_FOLDER.fullmatch(part) or YEAR_FOLDER.fullmatch(part) for part in map(composed_name, parts))


def read_index(tree: Tree, rules: SkipRules) -> SidecarIndex:
    """Read all sidecars of the export: a picture and its sidecar may be in different archives."""
    index = SidecarIndex(is_year=lambda title: YEAR_FOLDER.fullmatch(composed_name(title)))
    for folder in tree.folders(rules):
        name = _name_in_export(folder)
        for file in folder.files:
            if extension_of(file.name) == "json":
                rules.on_progress()
                index.add_sidecar(name, file)
            else:
                index.add_picture(name, file.name)
    index.match(on_progress=rules.on_progress)
    return index


def read_folder(folder: Folder, index: SidecarIndex) -> Iterator[SourceItem]:
    """Yield the items in `folder`, pictures with the metadata of their sidecar and album."""
    name = _name_in_export(folder)
    album = index.albums.get(name)
    others = [file for file in folder.files if extension_of(file.name) != "json"]
    for file in folder.files:
        if extension_of(file.name) == "json":
            is_orphan = index.is_orphan(name, file.name)
            yield file.skipped(SkipReason.ORPHAN if is_orphan else SkipReason.SIDECAR)
    for item in plain.read_folder(replace(folder, files=others)):
        yield _with_sidecar(item, index, folder=name, album=album) if isinstance(item, SourceFile) else item


def _with_sidecar(file: SourceFile, index: SidecarIndex, *, folder: str, album: str | None) -> SourceItem:
    # Drop the modification time: it is the time of the export.
    file = replace(file, modified_at=None, metadata=replace(file.metadata, albums=(album,) if album else ()))
    match = index.find(folder, file.filename)
    if not match:
        return file
    sidecar = match.sidecar
    if sidecar.is_trashed:
        return SkippedFile(file.path, SkipReason.TRASHED, file.size)
    filename = file.filename if match.is_of_original else _original_name(sidecar.title, file.filename)
    return replace(
        file, filename=filename, metadata=sidecar.metadata(albums=file.metadata.albums, kind=file.metadata.kind)
    )


def _name_in_export(folder: Folder) -> str:
    """Return the folder's path within the export, equal in all archives however they were unpacked."""
    return composed_name("/".join(plain.folders_after(folder.relative_parts, "takeout") or folder.relative_parts))


def _original_name(title: str, filename: str) -> str:
    """Return the title, with the ending of `filename` if that of the title is missing or of another format."""
    extension = extension_of(filename)
    stem, _dot, ending = title.rpartition(".")
    known, written = EXTENSION_OF_SUFFIX.get(ending.lower()), EXTENSION_OF_SUFFIX.get(extension)
    if not title or (known == written and known):
        return title
    return f"{stem if known and stem else title}.{extension}"
