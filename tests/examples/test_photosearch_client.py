"""Runs the example client against a live server."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from socket import SHUT_RDWR, create_connection, socket
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from urllib.parse import urlsplit
from zipfile import ZipFile

import pytest

from gallery.access.tokens import Scope, issue_token
from gallery.account import Account
from gallery.models import ImportJob, Photo
from photosearch.embedded.provision import free_port
from tests.drawing import picture
from tests.factories import finish_import

CLIENT = Path(__file__).resolve().parents[2] / "examples" / "photosearch_client.py"
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media_root", "broker")]


class LossyProxy(ThreadingTCPServer):
    """A proxy before the server at `port` that cuts the connection number `lost` in the middle."""

    daemon_threads = True

    def __init__(self, port: int, *, lost: int) -> None:
        super().__init__(("localhost", 0), ForwardedConnection)
        self.port, self.lost, self.count = port, lost, 0
        self.url = f"http://localhost:{self.server_address[1]}"
        Thread(target=self.serve_forever, daemon=True).start()

    def __exit__(self, *error: object) -> None:
        self.shutdown()
        super().__exit__(*error)


class ForwardedConnection(StreamRequestHandler):
    """Forwards one connection in both directions."""

    def handle(self) -> None:
        self.server.count += 1
        left = 300_000 if self.server.count == self.server.lost else 1 << 30
        with create_connection(("localhost", self.server.port)) as server:
            Thread(target=self.send_answer, args=[server], daemon=True).start()
            while left > 0 and (data := self.request.recv(65536)):
                server.sendall(data)
                left -= len(data)
            server.shutdown(SHUT_RDWR)

    def send_answer(self, server: socket) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                self.request.sendall(data)
            self.request.shutdown(SHUT_RDWR)


@pytest.fixture
def owner(transactional_db, django_user_model):
    return django_user_model.objects.create_user("anna", password="x")


@pytest.fixture
def run(live_server, owner, settings):
    settings.ELASTICSEARCH_URL = ""
    _token, key = issue_token("client", user=owner, scopes=[Scope.UPLOAD, Scope.SEARCH, Scope.PHOTO_READ, Scope.IMPORT])

    def run(*arguments: object, key: str = key, url: str = live_server.url) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PHOTOSEARCH_URL": url, "PHOTOSEARCH_TOKEN": key}
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


def test_uploads_folder_once(run, folder, owner):
    first = run("upload", folder)
    assert first.returncode == 0, first.stderr
    assert "3 sent, 0 duplicates, 0 refused" in first.stdout
    assert Photo.objects.filter(owner=owner).count() == 2
    assert Photo.objects.filter(filename="登机牌 1.png").exists()
    assert "0 sent, 3 duplicates, 0 refused" in run("upload", folder).stdout


def test_reports_file_that_is_no_picture(run, folder):
    (folder / "broken.jpg").write_bytes(b"words")
    finished = run("upload", folder)
    assert finished.returncode == 1
    assert "not a picture in a supported format" in finished.stdout
    assert Photo.objects.count() == 2


def test_stops_when_quota_is_exhausted(run, folder, owner):
    Account.objects.create(owner=owner, quota=1)
    finished = run("upload", folder)
    assert finished.returncode == 1
    assert finished.stderr.count("Not enough space: your quota is") == 1
    assert "failed" not in finished.stdout


def test_reports_large_file_without_sending_it(run, folder, settings):
    settings.MAX_UPLOAD_BYTES = 1000
    (folder / "large.png").write_bytes(picture(3) + b"\0" * 1000)
    finished = run("upload", folder)
    assert finished.returncode == 1
    assert "large.png: too large" in finished.stdout
    assert "3 sent, 0 duplicates, 1 refused" in finished.stdout


def test_imports_archive_after_lost_connection(run, tmp_path, live_server):
    archive = tmp_path / "手机.zip"
    with ZipFile(archive, "w") as file:
        file.writestr("one.png", picture(1))
        file.writestr("noise.bin", os.urandom(1 << 20))
    with LossyProxy(urlsplit(live_server.url).port, lost=2) as proxy, ThreadPoolExecutor() as pool:
        running = pool.submit(run, "import", archive, url=proxy.url)
        while not (ImportJob.objects.exists() or running.done()):
            time.sleep(0.1)
        finish_import(ImportJob.objects.get())
        finished = running.result()
    assert finished.returncode == 0, finished.stderr
    assert "finished: 1 new, 0 duplicates, 1 skipped, 0 failed." in finished.stdout
    assert Photo.objects.get().filename == "one.png"


def test_reports_file_that_is_no_archive(run, tmp_path):
    (tmp_path / "words.zip").write_text("words")
    finished = run("import", tmp_path / "words.zip")
    assert finished.returncode == 1
    assert "zip" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_retries_after_throttling_and_lost_connection(run):
    answers = [
        b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0\r\n\r\n",
        b"",
        b'HTTP/1.1 200 OK\r\n\r\n{"results": [], "next_cursor": null}',
    ]

    class Answer(StreamRequestHandler):
        def handle(self) -> None:
            self.request.recv(10_000)
            self.wfile.write(answers.pop(0))

    with ThreadingTCPServer(("localhost", 0), Answer) as server:
        Thread(target=server.serve_forever).start()
        try:
            finished = run("search", "x", url=f"http://localhost:{server.server_address[1]}")
        finally:
            server.shutdown()
    assert finished.returncode == 0, finished.stderr
    assert not answers


def test_finds_and_downloads_photo(run, folder, tmp_path):
    run("upload", folder)
    line = run("search", "登机牌").stdout.split()
    photo = Photo.objects.get(filename="登机牌 1.png")
    assert line[0] == str(photo.pk)
    finished = run("download", line[0], "--to", tmp_path)
    assert finished.returncode == 0, finished.stderr
    assert (tmp_path / f"{photo.pk}-登机牌 1.png").read_bytes() == picture(1)


def test_resumes_download(run, folder, tmp_path):
    run("upload", folder)
    photo = Photo.objects.get(filename="登机牌 1.png")
    part = tmp_path / f"{photo.pk}-登机牌 1.png.part"
    part.write_bytes(picture(1)[:20])
    assert run("download", photo.pk, "--to", tmp_path).returncode == 0
    assert (tmp_path / part.name.removesuffix(".part")).read_bytes() == picture(1)
    part.write_bytes(b"x" * 20)  # a part of another file
    finished = run("download", photo.pk, "--to", tmp_path)
    assert finished.returncode == 1
    assert "is damaged" in finished.stderr


def test_reports_unknown_token(run, folder):
    finished = run("upload", folder, key="ps_wrong")
    assert finished.returncode == 1
    assert "unknown, expired or revoked" in finished.stderr


def test_reports_missing_server_and_missing_token(run, folder):
    finished = run("upload", folder, url=f"http://localhost:{free_port()}")
    assert finished.returncode == 1
    assert "No answer from" in finished.stderr
    assert "Traceback" not in finished.stderr
    finished = run("upload", folder, key="")
    assert finished.returncode == 2
    assert "Set PHOTOSEARCH_TOKEN" in finished.stderr


def test_imports_only_standard_library():
    source = CLIENT.read_text()
    names = {line.split()[1].split(".")[0] for line in source.splitlines() if line.startswith(("import ", "from "))}
    assert names <= sys.stdlib_module_names
