"""exiftool comes from npm with the expected digest, or else from Debian."""

import subprocess

import pytest

from photosearch.embedded import StartFailed, exiftool
from photosearch.embedded.exiftool import VERSION, find_exiftool, is_provided, provide


@pytest.fixture
def bare(monkeypatch):
    """Hide an installed exiftool."""
    monkeypatch.setattr(exiftool.shutil, "which", lambda _name: None)


def version_of(program):
    asked = subprocess.run([program, "-config", "", "-ver"], capture_output=True, text=True, check=True)
    return asked.stdout.strip()


@pytest.mark.usefixtures("bare")
def test_unpacks_release_of_npm(tmp_path):
    program = provide(tmp_path, downloads=tmp_path / "downloads")
    assert program == find_exiftool(tmp_path)
    assert is_provided(tmp_path)
    assert VERSION.startswith(version_of(program))
    (tmp_path / "downloads").rename(tmp_path / "gone")
    assert provide(tmp_path, downloads=tmp_path / "downloads") == program


@pytest.mark.usefixtures("bare")
def test_takes_package_of_debian_instead_of_another_file(tmp_path, monkeypatch):
    monkeypatch.setattr(exiftool, "SHA256", "0" * 64)
    program = provide(tmp_path, downloads=tmp_path / "downloads")
    assert not is_provided(tmp_path)
    assert not list((tmp_path / "downloads").glob("exiftool-*.tgz"))
    assert version_of(program).startswith("1")


@pytest.mark.usefixtures("bare")
def test_says_what_to_do_without_any_package(tmp_path, monkeypatch):
    monkeypatch.setattr(exiftool, "NPM_PACKAGE", "no-such-package-anywhere-at-all")
    monkeypatch.setattr(exiftool, "DEBIAN_PACKAGE", "no-such-package-anywhere")
    with pytest.raises(StartFailed, match="apt-get install libimage-exiftool-perl"):
        provide(tmp_path, downloads=tmp_path / "downloads")
    assert find_exiftool(tmp_path) is None


@pytest.mark.usefixtures("bare")
def test_says_what_to_do_when_program_does_not_run(tmp_path):
    program = tmp_path / f"exiftool-{VERSION}/bin/exiftool"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho no perl >&2\nexit 1\n")
    program.chmod(0o755)
    with pytest.raises(StartFailed, match="no perl"):
        provide(tmp_path, downloads=tmp_path)
