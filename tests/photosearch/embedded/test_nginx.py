"""nginx is provided without installing it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from photosearch.embedded import StartFailed, nginx
from photosearch.embedded.debian import download_package, unpack_package
from photosearch.embedded.nginx import find_nginx, provide

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide an installed nginx."""
    monkeypatch.setattr(nginx, "SYSTEM_FOLDERS", "/nowhere")
    folders = os.environ["PATH"].split(":")
    monkeypatch.setenv("PATH", ":".join(folder for folder in folders if not Path(folder, "nginx").exists()))


@pytest.mark.usefixtures("bare")
def test_unpacks_working_package(tmp_path):
    program = provide(tmp_path, downloads=tmp_path / "downloads")
    assert program == find_nginx(tmp_path) == tmp_path / "nginx/usr/sbin/nginx"
    assert "nginx version" in subprocess.run([program, "-v"], capture_output=True, text=True, check=True).stderr


@pytest.mark.usefixtures("bare")
def test_says_what_to_do_when_package_is_unavailable(tmp_path, monkeypatch):
    monkeypatch.setattr(nginx, "PACKAGE", "no-such-package-anywhere")
    with pytest.raises(StartFailed, match="apt-get install nginx"):
        provide(tmp_path, downloads=tmp_path / "downloads")
    assert find_nginx(tmp_path) is None


@pytest.mark.usefixtures("bare")
def test_prefers_installed_program(tmp_path, monkeypatch):
    installed = tmp_path / "bin/nginx"
    installed.parent.mkdir()
    shutil.copy("/bin/true", installed)
    monkeypatch.setenv("PATH", f"{installed.parent}:{os.environ['PATH']}")
    assert provide(tmp_path, downloads=tmp_path) == installed


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user")
def test_fetches_package_without_lists_of_machine(tmp_path, monkeypatch):
    empty = tmp_path / "no-lists"
    (empty / "partial").mkdir(parents=True)
    configuration = tmp_path / "apt.conf"
    configuration.write_text(f'Dir::State::lists "{empty}";')
    folder = tmp_path / "downloads"
    folder.mkdir()
    for path in (folder, empty, empty / "partial"):
        shutil.chown(path, "nobody", "nogroup")
    for parent in tmp_path.parents:
        parent.chmod(parent.stat().st_mode | 0o011)
    tmp_path.chmod(0o711)
    code = f"from photosearch.embedded.debian import *; print(download_package('nginx', Path({str(folder)!r})))"
    fetched = subprocess.run(
        ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--", sys.executable, "-c", code],
        cwd=ROOT,
        env={"APT_CONFIG": str(configuration), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert fetched.returncode == 0, fetched.stderr
    unpack_package(Path(fetched.stdout.strip()), tmp_path / "unpacked")
    assert (tmp_path / "unpacked/usr/sbin/nginx").exists()


def test_fetches_package_once(tmp_path):
    package = download_package("nginx", tmp_path)
    package.write_bytes(b"kept")
    assert download_package("nginx", tmp_path).read_bytes() == b"kept"
