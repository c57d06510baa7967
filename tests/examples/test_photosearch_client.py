"""The example client against a running server: the same steps as in its first lines."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gallery.models import Photo
from gallery.tokens import Scope, issue_token
from photosearch.embedded.provision import free_port
from tests.gallery.conftest import broker, media_root, picture  # noqa: F401 - fixtures

CLIENT = Path(__file__).resolve().parents[2] / "examples" / "photosearch_client.py"
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media_root", "broker")]


@pytest.fixture
def owner(transactional_db, django_user_model):
    return django_user_model.objects.create_user("anna", password="x")


@pytest.fixture
def run(live_server, owner, settings):
    settings.ELASTICSEARCH_URL = ""
    _token, key = issue_token("client", user=owner, scopes=[Scope.UPLOAD, Scope.SEARCH, Scope.PHOTO_READ])

    def run(*arguments: object, key: str = key, url: str = live_server.url) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PHOTOSEARCH_URL": url, "PHOTOSEARCH_KEY": key}
        command = [sys.executable, CLIENT, *map(str, arguments)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    return run


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "pictures"
    (folder / "below").mkdir(parents=True)
    (folder / "登机牌 1.png").write_bytes(picture(1))
    (folder / "below" / "two.PNG").write_bytes(picture(2))
    (folder / "below" / "again.png").write_bytes(picture(2))
    (folder / "notes.txt").write_text("no picture")
    return folder


def test_a_folder_is_uploaded_once(run, folder, owner):
    first = run("upload", folder)
    assert first.returncode == 0, first.stderr
    assert "3 sent, 0 known already, 0 refused." in first.stdout
    assert Photo.objects.filter(owner=owner).count() == 2
    assert Photo.objects.filter(filename="登机牌 1.png").exists()
    assert "0 sent, 3 known already, 0 refused." in run("upload", folder).stdout


def test_what_is_no_picture_is_told_and_the_rest_is_sent(run, folder):
    (folder / "broken.jpg").write_bytes(b"words")
    finished = run("upload", folder)
    assert finished.returncode == 1
    assert "not a picture that can be read" in finished.stdout
    assert Photo.objects.count() == 2


def test_words_are_found_and_what_is_found_is_downloaded(run, folder, tmp_path):
    run("upload", folder)
    line = run("search", "登机牌").stdout.split()
    photo = Photo.objects.get(filename="登机牌 1.png")
    assert line[0] == str(photo.pk)
    finished = run("download", line[0], "--to", tmp_path)
    assert finished.returncode == 0, finished.stderr
    assert (tmp_path / f"{photo.pk}-登机牌 1.png").read_bytes() == picture(1)


def test_a_download_that_broke_off_goes_on(run, folder, tmp_path):
    run("upload", folder)
    photo = Photo.objects.get(filename="登机牌 1.png")
    part = tmp_path / f"{photo.pk}-登机牌 1.png.part"
    part.write_bytes(picture(1)[:20])
    assert run("download", photo.pk, "--to", tmp_path).returncode == 0
    assert (tmp_path / part.name.removesuffix(".part")).read_bytes() == picture(1)
    part.write_bytes(b"x" * 20)  # of another file: told, and not taken
    finished = run("download", photo.pk, "--to", tmp_path)
    assert finished.returncode == 1
    assert "did not arrive whole" in finished.stderr


def test_a_wrong_key_is_told_in_the_servers_words(run, folder):
    finished = run("upload", folder, key="ps_wrong")
    assert finished.returncode == 1
    assert "unknown, expired or revoked" in finished.stderr


def test_a_server_that_is_not_there_and_a_missing_key_are_told_in_a_sentence(run, folder):
    finished = run("upload", folder, url=f"http://localhost:{free_port()}")
    assert finished.returncode == 1
    assert "does not answer" in finished.stderr
    assert "Traceback" not in finished.stderr
    finished = run("upload", folder, key="")
    assert finished.returncode == 2
    assert "Set PHOTOSEARCH_KEY" in finished.stderr


def test_it_needs_nothing_but_python():
    source = CLIENT.read_text()
    names = {line.split()[1].split(".")[0] for line in source.splitlines() if line.startswith(("import ", "from "))}
    assert names <= sys.stdlib_module_names
