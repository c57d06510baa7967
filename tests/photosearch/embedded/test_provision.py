"""An unusable data folder is refused with a sentence that says what to do."""

import os
import stat
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest

from photosearch.embedded import StartFailed
from photosearch.embedded.account import server_account
from photosearch.embedded.provision import LONGEST_NAME, LONGEST_SOCKET, DataFolder, check_path, is_free


def test_refuses_a_path_too_long_for_sockets():
    longest = "/" + "x" * (LONGEST_SOCKET - len(LONGEST_NAME) - 2)
    check_path(Path(longest))
    with pytest.raises(StartFailed, match=r"1 bytes too long .* DATA_DIR"):
        check_path(Path(f"{longest}x"))


@pytest.mark.parametrize("name", ["it's", 'so "called"', "a;b", "100%", "a\nb"])
def test_refuses_a_path_with_special_characters(name):
    with pytest.raises(StartFailed, match="DATA_DIR must not hold"):
        check_path(Path("/tmp", name))


def test_names_a_folder_that_cannot_be_made():
    with (
        NamedTemporaryFile(dir="/tmp") as file,
        pytest.raises(StartFailed, match=f"{file.name}/data cannot be written"),
    ):
        DataFolder(Path(file.name, "data"), account=server_account()).make()


def test_only_the_owner_can_read_the_folders(running):
    folder = running.folder
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (folder.run, folder.logs, folder.sockets)}
    assert modes == {folder.run: 0o711, folder.logs: 0o700, folder.sockets: 0o700}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers as another user")
def test_refuses_a_folder_that_servers_cannot_enter(tmp_path):
    tmp_path.chmod(0o700)
    with pytest.raises(StartFailed, match="the user photosearch, who cannot enter"):
        DataFolder(tmp_path / "data", account=server_account()).make()


def test_a_port_in_use_is_not_free(listening_port):
    assert not is_free("127.0.0.1", listening_port)
