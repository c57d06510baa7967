"""Checks of what an import may read: folders below IMPORT_ROOTS, archives, and patterns of paths."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from gallery import sources
from gallery.sources.archives import ArchiveRefused
from gallery.sources.skip_rules import SkipRules
from gallery.storage.path_names import folder_at, import_roots
from photosearch.embedded.account import UnixAccount

MAX_PATH_BYTES = 4096  # no file system has longer ones
# Limits for patterns: the work per file grows with their number and length.
MAX_PATTERNS = 100
MAX_PATTERN_LENGTH = 500
MAX_LENGTH_OF_PATTERNS = 5000


class ImportRefused(Exception):
    """The import is not possible; the message is a sentence for the user."""


def allowed_roots() -> list[Path]:
    """Return the existing folders below which pages and API may import, with links resolved."""
    return list(import_roots().values())


def confine(path: Path) -> Path:
    """Return `path` with links resolved; a relative path begins with the name of an import root, as shown to users.

    Raises ImportRefused unless the folder is one of IMPORT_ROOTS or inside one.
    """
    refused = ImportRefused(_("“%(path)s” does not exist or may not be imported.") % {"path": path})
    folder = folder_at(str(path))
    if folder is None:
        raise refused
    try:
        real = folder.resolve()
        is_folder = real.is_dir()
    except (OSError, RuntimeError) as error:  # the name is too long, or links form a loop
        raise refused from error
    if not is_folder or not any(real.is_relative_to(root) for root in allowed_roots()):
        raise refused
    return real


def list_subfolders(path: Path) -> list[Path]:
    """Return the folders in a folder below IMPORT_ROOTS, by name, without hidden ones and links.

    Raises ImportRefused.
    """
    try:
        inside = sorted(confine(path).iterdir(), key=lambda entry: entry.name.casefold())
    except PermissionError as error:
        raise ImportRefused(_("This folder cannot be opened.")) from error
    return [entry for entry in inside if entry.is_dir() and not entry.is_symlink() and not entry.name.startswith(".")]


def check_readable(paths: Sequence[Path]) -> None:
    """Raise ImportRefused if the account of this process cannot read one of the paths; missing paths pass."""
    for path in paths:
        try:
            is_closed = not os.access(path, os.R_OK | (os.X_OK if path.is_dir() else 0)) and path.exists()
        except PermissionError:  # a folder above it is closed
            is_closed = True
        if is_closed:
            account = UnixAccount.with_ids(os.geteuid(), os.getegid()).name
            raise ImportRefused(
                _("“%(path)s” cannot be read. Give read permission to “%(account)s”, the user that runs photosearch.")
                % {"path": path, "account": account}
            )


def check_archive(path: Path, *, is_whole: bool = True) -> None:
    """Raise ImportRefused if the file is not an archive or unpacks to too much.

    With `is_whole` false only its beginning is checked.
    """
    try:
        if is_whole:
            sources.check_archive(path)
        else:
            sources.check_beginning(path)
    except ArchiveRefused as error:
        raise ImportRefused(str(error)) from error


def check_patterns(patterns: Sequence[str]) -> None:
    """Raise ImportRefused if a pattern is not valid in a .gitignore, or if they are too many or too long."""
    if len(patterns) > MAX_PATTERNS or sum(map(len, patterns)) > MAX_LENGTH_OF_PATTERNS:
        raise ImportRefused(
            _("Use at most %(number)d patterns with %(length)d characters in total.")
            % {"number": MAX_PATTERNS, "length": MAX_LENGTH_OF_PATTERNS}
        )
    for pattern in patterns:
        if len(pattern) > MAX_PATTERN_LENGTH:
            raise ImportRefused(
                _("“%(pattern)s…” is longer than %(length)d characters.")
                % {"length": MAX_PATTERN_LENGTH, "pattern": pattern[:30]}
            )
        try:
            SkipRules([pattern])
        except (ValueError, re.error) as error:
            raise ImportRefused(_("“%(pattern)s” is not a valid pattern.") % {"pattern": pattern}) from error
