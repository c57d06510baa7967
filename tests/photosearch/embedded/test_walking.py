"""`open_way` lets the account pass through closed folders, and changes no other right."""

import os
import stat
from pathlib import Path

import pytest

from photosearch.embedded import StartFailed, walking
from photosearch.embedded.account import UnixAccount
from photosearch.embedded.walking import (
    GROUP,
    GROUP_OBJ,
    MASK,
    NO_ID,
    OTHER,
    USER,
    USER_OBJ,
    folders_to,
    may_walk,
    open_way,
    read_access_list,
    with_walker,
)

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives rights to another account")


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def can_read(file: Path, account: UnixAccount) -> bool:
    try:
        return account.run(["cat", file]) == "content"
    except StartFailed:
        return False


@only_root
@pytest.mark.parametrize("mode", [0o700, 0o750, 0o754, 0o710])
def test_opens_closed_folders_for_account(folder, account, mode):
    file = folder / "home/checkout/file"
    file.parent.mkdir(parents=True)
    file.write_text("content")
    (folder / "home").chmod(mode)
    assert not can_read(file, account)
    assert open_way(file, account=account) == [folder / "home"]
    assert can_read(file, account)
    assert read_access_list(folder / "home")[OTHER, NO_ID] == mode & 7
    assert read_access_list(folder / "home")[GROUP_OBJ, NO_ID] == mode >> 3 & 7
    assert not can_read(file, UnixAccount("nobody", 65534, 65534)) or mode & 1
    assert open_way(file, account=account) == []


@only_root
def test_does_not_let_account_list_folder(folder, account):
    home = folder / "home"
    home.mkdir(mode=0o700)
    open_way(home / "file", account=account)
    with pytest.raises(StartFailed, match="Permission denied"):
        account.run(["ls", home])


@only_root
def test_leaves_open_folders_as_they_are(folder, account):
    (folder / "open").mkdir(mode=0o755)
    before = mode_of(folder / "open")
    assert open_way(folder / "open/file", account=account) == []
    assert mode_of(folder / "open") == before


@only_root
def test_opens_folders_behind_links(folder, account):
    file = folder / "versions/3/bin/python"
    file.parent.mkdir(parents=True)
    file.write_text("content")
    (folder / "versions").chmod(0o700)
    (folder / "shims").mkdir(mode=0o700)
    (folder / "shims/current").symlink_to("../versions/3")
    (folder / "python").symlink_to(folder / "shims/current/bin/python")
    assert open_way(folder / "python", account=account) == [folder / "shims", folder / "shims/../versions"]
    assert can_read(folder / "python", account)


def test_refuses_links_in_a_circle(tmp_path):
    (tmp_path / "one").symlink_to(tmp_path / "two")
    (tmp_path / "two").symlink_to(tmp_path / "one")
    with pytest.raises(StartFailed, match="Too many links"):
        folders_to(tmp_path / "one")


def test_says_what_to_do_without_access_control_lists(folder, monkeypatch):
    def refuse(*_arguments: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(walking.os, "setxattr", refuse)
    folder.chmod(0o700)
    stranger = UnixAccount("nobody", 65534, 65534)
    with pytest.raises(StartFailed, match=f"`chmod o\\+x {folder}`, or move the checkout"):
        open_way(folder / "file", account=stranger)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            {(USER_OBJ, NO_ID): 7, (GROUP_OBJ, NO_ID): 5, (OTHER, NO_ID): 0},
            {(USER_OBJ, NO_ID): 7, (USER, 9): 1, (GROUP_OBJ, NO_ID): 5, (MASK, NO_ID): 5, (OTHER, NO_ID): 0},
        ),
        (  # A right that the mask removes stays removed.
            {
                (USER_OBJ, NO_ID): 7,
                (USER, 8): 7,
                (GROUP_OBJ, NO_ID): 5,
                (GROUP, 3): 1,
                (MASK, NO_ID): 4,
                (OTHER, NO_ID): 0,
            },
            {
                (USER_OBJ, NO_ID): 7,
                (USER, 8): 4,
                (USER, 9): 1,
                (GROUP_OBJ, NO_ID): 4,
                (GROUP, 3): 0,
                (MASK, NO_ID): 5,
                (OTHER, NO_ID): 0,
            },
        ),
        (  # The account keeps its rights.
            {(USER_OBJ, NO_ID): 7, (USER, 9): 4, (GROUP_OBJ, NO_ID): 0, (MASK, NO_ID): 4, (OTHER, NO_ID): 1},
            {(USER_OBJ, NO_ID): 7, (USER, 9): 5, (GROUP_OBJ, NO_ID): 0, (MASK, NO_ID): 5, (OTHER, NO_ID): 1},
        ),
    ],
)
def test_changes_no_right_of_others(before, after):
    assert with_walker(before, uid=9) == after


@only_root
def test_reads_access_control_list_like_the_kernel(folder, account):
    home = folder / "home"
    home.mkdir(mode=0o700)
    open_way(home / "file", account=account)
    assert may_walk(home, account=account)
    home.chmod(0o700)  # with a list, the group bits are the mask
    assert not may_walk(home, account=account)
    with pytest.raises(StartFailed):
        account.run(["test", "-x", home])
    assert open_way(home / "file", account=account) == [home]
    account.run(["test", "-x", home])
