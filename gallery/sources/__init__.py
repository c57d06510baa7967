"""Sources of pictures: one module per program whose folders or archives can be imported."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from gallery.sources import apple, dingtalk, plain, qq, takeout, wechat
from gallery.sources.archives import Archive, ArchiveTree, has_archive_suffix, not_an_archive
from gallery.sources.skip_rules import SkipRules
from gallery.sources.source_files import SourceItem
from gallery.sources.tar_archives import TarArchive, begins_like_tar, check_tar, is_tar
from gallery.sources.trees import Folder, FolderTree, Tree
from gallery.sources.zip_archives import MAGIC, ZipArchive, check_zip

# The first module that recognises a folder reads it; a phone's folder contains folders of several programs.
READERS = {"wechat": wechat, "qq": qq, "dingtalk": dingtalk, "apple": apple}
PROFILES = ("auto", "plain", *READERS, "takeout")


def scan(
    root: Path | Sequence[Path],
    *,
    profile: str = "auto",
    ignore: Sequence[str] = (),
    on_progress: Callable[[], None] = lambda: None,
) -> Iterator[SourceItem]:
    """Yield all files below `root`, a folder or one or several archives of one export, in a stable order.

    A folder that contains only archives stands for those; other archives inside are listed as unsupported.
    `profile` selects how each folder is read; "auto" decides by its name and those above it. `ignore` holds globs as in
    a .gitignore. `on_progress` is called often, and may raise an exception to end the scan.

    Raises:
        ArchiveRefused: an archive is not valid.
        OSError: `root` does not exist.
    """
    if profile not in PROFILES:
        raise ValueError(f"{profile} is none of {', '.join(PROFILES)}")
    return _scan(_tree(root, on_progress), profile, SkipRules(ignore, on_progress=on_progress))


def _scan(tree: Tree, profile: str, rules: SkipRules) -> Iterator[SourceItem]:
    index = takeout.read_index(tree, rules) if _is_takeout(tree, profile) else None
    for folder in tree.folders(rules):
        if index and (profile == "takeout" or takeout.recognises(folder.parts)):
            yield from takeout.read_folder(folder, index)
        else:
            yield from _read(folder, profile)


def check_beginning(path: Path) -> None:
    """Raise ArchiveRefused if the file, which may be incomplete, does not begin like an archive."""
    with path.open("rb") as file:
        is_zip = MAGIC.startswith(file.read(len(MAGIC)))
    if not is_zip and not begins_like_tar(path):
        raise not_an_archive(path)


def check_archive(path: Path) -> None:
    """Raise ArchiveRefused if the file is no archive, or a zip archive that would unpack to too much."""
    if is_tar(path):
        check_tar(path)
    else:
        check_zip(path)


def _tree(root: Path | Sequence[Path], on_progress: Callable[[], None]) -> Tree:
    def open_archive(path: Path) -> Archive:
        return TarArchive(path, on_progress=on_progress) if is_tar(path) else ZipArchive(path)

    if not isinstance(root, Path):
        return ArchiveTree(root, open_archive)
    if root.is_file():
        return ArchiveTree([root], open_archive)
    visible = [path for path in root.iterdir() if not path.name.startswith(".")]
    if visible and all(_is_archive(path) for path in visible):
        return ArchiveTree(visible, open_archive)
    return FolderTree(root)


def _is_archive(path: Path) -> bool:
    return has_archive_suffix(path.name) and path.is_file() and not path.is_symlink()


def _is_takeout(tree: Tree, profile: str) -> bool:
    return profile == "takeout" or (profile == "auto" and any(map(takeout.recognises, tree.folder_names())))


def _read(folder: Folder, profile: str) -> Iterator[SourceItem]:
    if profile in READERS:
        return READERS[profile].read_folder(folder)
    if profile == "auto":
        for reader in READERS.values():
            if reader.recognises(folder.parts):
                return reader.read_folder(folder)
    return plain.read_folder(folder)
