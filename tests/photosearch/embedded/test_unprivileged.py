"""Commands run by root continue as the account that owns the data folder."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from photosearch.embedded import StartFailed, unprivileged

ROOT = Path(__file__).resolve().parents[3]
SHOW_ACCOUNT = (
    "import os; print(os.getuid(), os.getgid(), os.environ['HOME'], os.environ.get('TMPDIR'), "
    "open('/proc/self/status').read().partition('CapEff:')[2].split()[0])"
)

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another account")


def manage(*arguments: str, folder: Path, **environment: str) -> str:
    """Run a management command as root and return its output."""
    finished = subprocess.run(
        [sys.executable, ROOT / "manage.py", *arguments],
        env={**os.environ, "DATA_DIR": str(folder), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return finished.stdout


def test_runs_commands_as_owner_of_data_folder(folder, account):
    os.chown(folder, account.uid, account.gid)
    output = manage("shell", "--verbosity=0", "--command", SHOW_ACCOUNT, folder=folder)
    assert output.split() == [str(account.uid), str(account.gid), f"{folder}/home", "None", "0" * 16]


def test_accepts_owner_without_name(folder, monkeypatch):
    os.chown(folder, 12345, 54321)
    monkeypatch.setenv("DATA_DIR", str(folder))
    run: list[list[str]] = []
    monkeypatch.setattr(os, "execvpe", lambda _program, command, _environment: run.append(command))
    unprivileged.leave_root(["manage.py", "process_photos"])
    assert run[0][:4] == ["setpriv", "--reuid=12345", "--regid=54321", "--groups=54321"]


@pytest.mark.parametrize(("mode", "kept"), [(0o700, "None"), (0o777, "the folder")])
def test_keeps_temporary_folder_that_account_can_write_to(folder, account, mode, kept):
    data, temporary = folder / "data", folder / "temporary"
    data.mkdir()
    os.chown(data, account.uid, account.gid)
    temporary.mkdir()
    temporary.chmod(mode)
    output = manage("shell", "--verbosity=0", "--command", SHOW_ACCOUNT, folder=data, TMPDIR=str(temporary))
    assert output.split()[3] == kept.replace("the folder", str(temporary))


def test_stays_root_while_data_folder_is_roots(folder):
    assert manage("shell", "--verbosity=0", "--command", SHOW_ACCOUNT, folder=folder).split()[0] == "0"


def test_lets_developers_write_into_the_checkout(folder, account, monkeypatch):
    os.chown(folder, account.uid, account.gid)
    monkeypatch.setenv("DATA_DIR", str(folder))
    monkeypatch.setattr(os, "execvpe", lambda *_arguments: pytest.fail("it became another account"))
    unprivileged.leave_root(["manage.py", "makemessages", "-l", "zh_Hans"])
    with pytest.raises(pytest.fail.Exception):
        unprivileged.leave_root(["manage.py", "process_photos"])


@pytest.mark.parametrize(
    ("bind", "options"),
    [("127.0.0.1:443", ["--inh-caps=+net_bind_service", "--ambient-caps=+net_bind_service"]), ("127.0.0.1:28443", [])],
)
def test_listens_on_low_port_only_when_configured(monkeypatch, account, bind, options):
    monkeypatch.setenv("BIND", bind)
    assert unprivileged._low_ports() == options
    listen = f"import socket; socket.create_server(('127.0.0.1', {bind.rpartition(':')[2]}))"
    command = ["setpriv", *account.dropping(), *options, "--", "/usr/bin/env", "python3", "-c", listen]
    path = sysconfig.get_config_var("BINDIR")
    assert subprocess.run(command, env={"PATH": f"{path}:/usr/bin:/bin"}, check=False).returncode == 0


def test_says_how_to_open_closed_checkout(folder, account, monkeypatch):
    checkout = folder / "checkout"
    shutil.copytree(ROOT / "photosearch", checkout / "photosearch")
    monkeypatch.setattr(unprivileged, "CHECKOUT", checkout)
    unprivileged._check_readable(account)
    (checkout / "photosearch/settings.py").chmod(0o600)
    with pytest.raises(StartFailed, match=rf"cannot read {checkout}/photosearch/settings.py: run `chmod -R go\+rX"):
        unprivileged._check_readable(account)


def test_names_setting_with_unreadable_folder(folder, account, monkeypatch, capsys):
    (folder / "open").mkdir()
    (folder / "closed").mkdir(mode=0o700)
    monkeypatch.setenv("IMPORT_ROOTS", f"{folder}/open,{folder}/closed,{folder}/missing")
    unprivileged._check_readable(account)
    said = capsys.readouterr().out
    assert f"cannot read {folder}/closed (IMPORT_ROOTS)" in said
    assert "open" not in said
    assert "missing" not in said
