"""Transfer of a data folder from root to the account, with everything in it."""

import logging
import os
import stat
from collections.abc import Callable
from pathlib import Path

from photosearch.embedded import StartFailed
from photosearch.embedded.account import UnixAccount

log = logging.getLogger(__name__)

# Every data folder contains one of these: `up` creates them first.
MARKS = ("servers", "run/up.lock")
FILES_PER_LINE = 100_000


def owner_of(folder: Path) -> UnixAccount | None:
    """Return the owner of `folder`; None if it is root, or if the folder does not exist."""
    try:
        uid, gid = (status := folder.stat()).st_uid, status.st_gid
    except OSError:
        return None
    return UnixAccount.with_ids(uid, gid) if uid else None


def take_folder(folder: Path, *, account: UnixAccount) -> None:
    """Make `folder` if missing and give `account` root's files in it; raise StartFailed if it is no data folder."""
    owner = owner_of(folder)
    if owner and owner.uid != account.uid:
        raise StartFailed(
            f"The data folder {folder} belongs to the user {owner.name}: start photosearch as {owner.name}, or give "
            f"the folder to the user that it runs as when root starts it: chown {account.name} {folder}"
        )
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_ours = owner or not any(folder.iterdir()) or any(os.path.lexists(folder / mark) for mark in MARKS)
        if not is_ours:
            raise StartFailed(
                f"The folder {folder} holds other things than a photosearch. Name a new folder in DATA_DIR, or give "
                f"this one to the user that photosearch runs as: chown {account.name} {folder}"
            )
        hand_over(folder, account=account)
        _name_links(folder, account)
    except OSError as error:
        raise StartFailed(
            f"The data folder {folder} cannot be given to the user {account.name} ({error}). Name another one in "
            "DATA_DIR."
        ) from error


def hand_over(folder: Path, *, account: UnixAccount) -> None:
    """Give `account` the folder and everything in it that belongs to root.

    Walks only folders that belong to root, where no other account can have put anything; links are given away, never
    followed. A folder is given away after its content, so that an interrupted walk continues where it stopped.
    """
    given = 0

    def count() -> None:
        nonlocal given
        if given % FILES_PER_LINE == 0:
            so_far = f"; {given:,} files so far" if given else ""
            log.info("Giving %s to the user %s%s …", folder, account.name, so_far)
        given += 1

    directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _give_content(directory, account, count)
        if not os.fstat(directory).st_uid:
            os.fchown(directory, account.uid, account.gid)
    finally:
        os.close(directory)


def _give_content(directory: int, account: UnixAccount, count: Callable[[], None]) -> None:
    is_roots = os.fstat(directory).st_uid == 0
    with os.scandir(directory) as entries:
        for entry in entries:
            status = entry.stat(follow_symlinks=False)
            if status.st_uid != 0:
                continue
            if stat.S_ISDIR(status.st_mode):
                _give_folder(directory, entry.name, account, count)
            elif is_roots or status.st_nlink == 1:  # otherwise it may be another name of a file elsewhere
                os.chown(entry.name, account.uid, account.gid, dir_fd=directory, follow_symlinks=False)
            count()


def _give_folder(parent: int, name: str, account: UnixAccount, count: Callable[[], None]) -> None:
    directory = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
    try:
        _give_content(directory, account, count)
        os.fchown(directory, account.uid, account.gid)
    finally:
        os.close(directory)


def _name_links(folder: Path, account: UnixAccount) -> None:
    """Log the folders of root that links in the data folder lead to."""
    for path in sorted(folder.iterdir()):
        if path.is_symlink() and path.is_dir() and not path.stat().st_uid:
            log.warning(
                "%s leads to %s, which belongs to root. If photosearch is to write there: chown -R %s %s",
                *(path, path.resolve(), account.name, path.resolve()),
            )
