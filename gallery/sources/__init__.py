"""Where pictures come from: each module reads one kind of folder or archive and says what lies in it."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from gallery.sources import apple, dingtalk, plain, qq, takeout, wechat
from gallery.sources.skip_rules import Skips, extension_of
from gallery.sources.source_files import Found
from gallery.sources.trees import Folder, FolderTree, Tree
from gallery.sources.zip_trees import ZipTree

# The first that recognises the way to a folder reads it; a telephone's folder holds several kinds.
READERS = {"wechat": wechat, "qq": qq, "dingtalk": dingtalk, "apple": apple}
PROFILES = ("auto", "plain", *READERS, "takeout")


def scan(
    root: Path | Sequence[Path],
    *,
    profile: str = "auto",
    ignore: Sequence[str] = (),
    progressed: Callable[[], None] = lambda: None,
) -> Iterator[Found]:
    """Yield all files below `root`, a folder or one or several zip archives of one export, in a stable order.

    A folder that contains only zip archives stands for those; other archives inside are listed as unsupported.
    `profile` determines how each folder is read; otherwise its name and those above it do. `ignore` holds globs as in a
    .gitignore. `progressed` is called often, and may raise an exception that ends the scan. ArchiveRefused if an
    archive is not valid; OSError if `root` does not exist.
    """
    if profile not in PROFILES:
        raise ValueError(f"{profile} is none of {', '.join(PROFILES)}")
    return _scan(_tree(root), profile, Skips(ignore, progressed=progressed))


def _scan(tree: Tree, profile: str, skips: Skips) -> Iterator[Found]:
    index = takeout.read_index(tree, skips) if _is_takeout(tree, profile) else None
    for folder in tree.folders(skips):
        if index and (profile == "takeout" or takeout.recognises(folder.parts)):
            yield from takeout.read_folder(folder, index)
        else:
            yield from _read(folder, profile)


def _tree(root: Path | Sequence[Path]) -> Tree:
    if not isinstance(root, Path):
        return ZipTree(root)
    if root.is_file():
        return ZipTree([root])
    visible = [path for path in root.iterdir() if not path.name.startswith(".")]
    if visible and all(_is_archive(path) for path in visible):
        return ZipTree(visible)
    return FolderTree(root)


def _is_archive(path: Path) -> bool:
    return extension_of(path.name) == "zip" and path.is_file() and not path.is_symlink()


def _is_takeout(tree: Tree, profile: str) -> bool:
    return profile == "takeout" or (profile == "auto" and any(map(takeout.recognises, tree.folder_names())))


def _read(folder: Folder, profile: str) -> Iterator[Found]:
    if profile in READERS:
        return READERS[profile].read_folder(folder)
    if profile == "auto":
        for reader in READERS.values():
            if reader.recognises(folder.parts):
                return reader.read_folder(folder)
    return plain.read_folder(folder)
