"""What an import may read: folders below IMPORT_ROOTS, and archives that are what they claim to be."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from gallery.sources.skip_rules import SkipRules
from gallery.sources.zip_trees import ArchiveRefused, check_beginning, check_directory
from gallery.storage.path_names import folder_at, import_roots
from photosearch.embedded.account import UnixAccount

MAX_PATH_BYTES = 2000  # what an index of PostgreSQL holds
# The work per file of an import grows with these.
MAX_PATTERNS = 100
MAX_PATTERN_LENGTH = 500
MAX_LENGTH_OF_PATTERNS = 5000


class ImportRefused(Exception):
    """Nothing is imported from there; the message is a sentence for the person."""


def allowed_roots() -> list[Path]:
    """The folders below which pages and API may import from, links resolved; only those that are there."""
    return list(import_roots().values())


def confined(path: Path) -> Path:
    """Return `path` with its links resolved; ImportRefused unless it lies in or is one of IMPORT_ROOTS.

    A relative path begins with the name of an import root, as shown to users.
    """
    refused = ImportRefused(_("There is no folder “%(path)s” that may be imported.") % {"path": path})
    folder = folder_at(str(path))
    if folder is None:
        raise refused
    try:
        real = folder.resolve()
        is_folder = real.is_dir()
    except (OSError, RuntimeError) as error:  # too long a name, links in a circle
        raise refused from error
    if not is_folder or not any(real.is_relative_to(root) for root in allowed_roots()):
        raise refused
    return real


def subfolders(path: Path) -> list[Path]:
    """The folders in a folder below IMPORT_ROOTS, by name; without hidden ones and links. ImportRefused."""
    try:
        inside = sorted(confined(path).iterdir(), key=lambda entry: entry.name.casefold())
    except PermissionError as error:
        raise ImportRefused(_("This folder cannot be opened.")) from error
    return [entry for entry in inside if entry.is_dir() and not entry.is_symlink() and not entry.name.startswith(".")]


def check_readable(paths: Sequence[Path]) -> None:
    """ImportRefused if the account of this process cannot read one of the paths; missing ones are skipped."""
    for path in paths:
        try:
            is_closed = not os.access(path, os.R_OK | (os.X_OK if path.is_dir() else 0)) and path.exists()
        except PermissionError:  # a folder above it is closed
            is_closed = True
        if is_closed:
            account = UnixAccount.with_ids(os.geteuid(), os.getegid()).name
            raise ImportRefused(
                _("“%(path)s” cannot be read. Let the user “%(account)s” read it: photosearch runs as this user.")
                % {"path": path, "account": account}
            )


def check_archive(path: Path, *, is_whole: bool = True) -> None:
    """ImportRefused if the file is no zip archive, or one that holds absurdly much; or does not begin like one."""
    try:
        if is_whole:
            check_directory(path)
        else:
            check_beginning(path)
    except ArchiveRefused as error:
        raise ImportRefused(str(error)) from error


def check_patterns(patterns: Sequence[str]) -> None:
    """ImportRefused if a pattern is not valid in a .gitignore, or if there are too many or too long ones."""
    if len(patterns) > MAX_PATTERNS or sum(map(len, patterns)) > MAX_LENGTH_OF_PATTERNS:
        raise ImportRefused(
            _("An import takes at most %(number)d patterns of %(length)d characters in all.")
            % {"number": MAX_PATTERNS, "length": MAX_LENGTH_OF_PATTERNS}
        )
    for pattern in patterns:
        if len(pattern) > MAX_PATTERN_LENGTH:
            raise ImportRefused(
                _("A pattern of paths may have %(length)d characters; “%(pattern)s…” has more.")
                % {"length": MAX_PATTERN_LENGTH, "pattern": pattern[:30]}
            )
        try:
            SkipRules([pattern])
        except (ValueError, re.error) as error:
            raise ImportRefused(_("“%(pattern)s” is not a pattern of paths.") % {"pattern": pattern}) from error
