"""Sources of pictures: one module per program whose folders or archives can be imported."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from gallery.sources import apple, dingtalk, plain, qq, takeout, wechat
from gallery.sources.skip_rules import SkipRules, extension_of
from gallery.sources.source_files import SourceItem
from gallery.sources.trees import Folder, FolderTree, Tree
from gallery.sources.zip_trees import ZipTree

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
    """Yield all files below `root`, a folder or one or several zip archives of one export, in a stable order.

    A folder that contains only zip archives stands for those; other archives inside are listed as unsupported.
    `profile` selects how each folder is read; "auto" decides by its name and those above it. `ignore` holds globs as in
    a .gitignore. `on_progress` is called often, and may raise an exception to end the scan.

    Raises:
        ArchiveRefused: an archive is not valid.
        OSError: `root` does not exist.
    """
    if profile not in PROFILES:
        raise ValueError(f"{profile} is none of {', '.join(PROFILES)}")
    return _scan(_tree(root), profile, SkipRules(ignore, on_progress=on_progress))


def _scan(tree: Tree, profile: str, rules: SkipRules) -> Iterator[SourceItem]:
    index = takeout.read_index(tree, rules) if _is_takeout(tree, profile) else None
    for folder in tree.folders(rules):
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


def _read(folder: Folder, profile: str) -> Iterator[SourceItem]:
    if profile in READERS:
        return READERS[profile].read_folder(folder)
    if profile == "auto":
        for reader in READERS.values():
            if reader.recognises(folder.parts):
                return reader.read_folder(folder)
    return plain.read_folder(folder)
