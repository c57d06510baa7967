"""A site started by root runs no process as root and creates no file that root owns or other accounts can read."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from photosearch.embedded.account import server_account
from photosearch.embedded.supervisor import _processes_of
from tests.e2e.drawing import note
from tests.e2e.site import ROOT, Site

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root starts a site as another account")
PROGRAMS = 9


def user_ids(process: int) -> set[int]:
    """Return the real, effective, saved and file system user ids of a process."""
    status = Path(f"/proc/{process}/status").read_text()
    return {int(number) for number in status.partition("\nUid:")[2].splitlines()[0].split()}


def test_runs_no_process_as_root(site: Site) -> None:
    assert site.process
    processes = {site.process.pid, *_processes_of(site.folder / "run")}
    assert len(processes) > PROGRAMS
    users = {process: user_ids(process) for process in processes}
    assert set().union(*users.values()) == {server_account().uid}, users


def test_leaves_no_file_of_root_after_import_by_root(site: Site, tmp_path: Path) -> None:
    (site.pictures / "by-root").mkdir()
    (site.pictures / "by-root/picture.png").write_bytes(note("imported by root"))
    command = [sys.executable, "manage.py", "import_photos", f"{site.pictures}/by-root", "--owner", site.username]
    subprocess.run(command, cwd=ROOT, env=site.environment, check=True, capture_output=True)
    assert site.inside("photos_called", "picture.png") == 1
    pictures = set(site.pictures.rglob("*"))
    assert [path for path in site.folder.rglob("*") if not path.lstat().st_uid and path not in pictures] == []


def test_reports_import_folder_that_account_cannot_read(site: Site) -> None:
    closed = site.pictures / "closed"
    closed.mkdir(mode=0o700)
    command = [sys.executable, "manage.py", "import_photos", closed, "--owner", site.username]
    finished = subprocess.run(command, cwd=ROOT, env=site.environment, check=False, capture_output=True, text=True)
    advice = "Give read permission to “photosearch”, the user that runs photosearch."
    assert finished.stderr == f"CommandError: “{closed}” cannot be read. {advice}\n"


@pytest.mark.parametrize("name", ["media", "logs", "run/servers.json", "run/sockets", "postgres", "home"])
def test_shows_nothing_to_other_accounts(site: Site, name: str) -> None:
    stranger = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--", "test", "-r"]
    assert subprocess.run([*stranger, site.folder / name], check=False).returncode == 1
