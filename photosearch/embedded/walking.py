"""Gives an account alone the right to walk through closed folders, by a POSIX access control list."""

import os
import stat
import struct
from collections.abc import Iterator
from pathlib import Path

from photosearch.embedded import StartFailed
from photosearch.embedded.account import UnixAccount

ATTRIBUTE = "system.posix_acl_access"
# The binary form of acl(5): a version, then entries of tag, permissions and id.
VERSION = struct.Struct("<I")
ENTRY = struct.Struct("<HHI")
USER_OBJ, USER, GROUP_OBJ, GROUP, MASK, OTHER = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
NO_ID = 0xFFFFFFFF
WALK = 0o1
LINKS_FOLLOWED = 40

# Permissions by tag and id.
AccessList = dict[tuple[int, int], int]


def open_way(path: Path, *, account: UnixAccount) -> list[Path]:
    """Let `account` walk to `path`; return the folders that were closed. StartFailed if that is impossible."""
    opened = []
    for folder in folders_to(path):
        if not may_walk(folder, account=account):
            _let_walk(folder, account)
            opened.append(folder)
    return opened


def folders_to(path: Path) -> list[Path]:
    """Return every folder that the kernel walks through to `path`, including those behind links."""
    return list(dict.fromkeys(_walked(path.absolute(), LINKS_FOLLOWED)))


def _walked(path: Path, links: int) -> Iterator[Path]:
    if not links:
        raise StartFailed(f"Too many links lead to {path}.")
    place = Path(path.anchor)
    for position, part in enumerate(path.parts[1:], start=2):
        yield place
        place = place / part
        if place.is_symlink():
            target = place.parent / place.readlink()
            yield from _walked(target.joinpath(*path.parts[position:]), links - 1)
            return


def may_walk(folder: Path, *, account: UnixAccount) -> bool:
    """Return whether `account` may walk through `folder`, by its mode and its access control list (acl(5))."""
    status = folder.stat()
    entries = read_access_list(folder)
    mask = entries.get((MASK, NO_ID), 0o7)
    if account.uid == status.st_uid:
        return bool(entries[USER_OBJ, NO_ID] & WALK)
    if (USER, account.uid) in entries:
        return bool(entries[USER, account.uid] & mask & WALK)
    groups = account.groups()
    of_groups = [rights for (tag, number), rights in entries.items() if tag == GROUP and number in groups]
    if status.st_gid in groups:
        of_groups.append(entries[GROUP_OBJ, NO_ID])
    if of_groups:
        return any(rights & mask & WALK for rights in of_groups)
    return bool(entries[OTHER, NO_ID] & WALK)


def read_access_list(folder: Path) -> AccessList:
    """Return the entries of a folder's access control list; without a list, those equivalent to its mode."""
    try:
        stored = os.getxattr(folder, ATTRIBUTE)
    except OSError:  # no list is set, or the file system has none
        mode = stat.S_IMODE(folder.stat().st_mode)
        return {(USER_OBJ, NO_ID): mode >> 6 & 7, (GROUP_OBJ, NO_ID): mode >> 3 & 7, (OTHER, NO_ID): mode & 7}
    entries = ENTRY.iter_unpack(stored[VERSION.size :])
    return {(tag, number): rights for tag, rights, number in entries}


def with_walker(entries: AccessList, *, uid: int) -> AccessList:
    """Return `entries` with the right to walk for the user `uid`; no other right changes."""
    mask = entries.get((MASK, NO_ID), 0o7)
    # A wider mask would restore rights that the old one removed, so those are removed from the entries themselves.
    changed = {
        (tag, number): rights & mask if tag in {USER, GROUP_OBJ, GROUP} else rights
        for (tag, number), rights in entries.items()
    }
    changed[USER, uid] = changed.get((USER, uid), 0) | WALK
    changed[MASK, NO_ID] = mask if (MASK, NO_ID) in entries else 0
    changed[MASK, NO_ID] |= WALK | changed[GROUP_OBJ, NO_ID]
    return changed


def _let_walk(folder: Path, account: UnixAccount) -> None:
    entries = with_walker(read_access_list(folder), uid=account.uid)
    packed = [ENTRY.pack(tag, rights, number) for (tag, number), rights in sorted(entries.items())]
    try:
        os.setxattr(folder, ATTRIBUTE, b"".join([VERSION.pack(2), *packed]))
    except OSError as error:
        raise StartFailed(
            f"The user {account.name} may not walk through {folder}, and no access control list can be set there "
            f"({error.strerror}): run `chmod o+x {folder}`, or move the checkout to another place."
        ) from error
