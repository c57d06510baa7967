"""nginx accepts the configuration, and sends each address to the right processes."""

import json
import re
import subprocess
import tempfile
from pathlib import Path

import pytest
from django.test import override_settings
from django.urls import reverse

from gallery.access.body_limits import LIMITS
from photosearch.embedded import nginx
from photosearch.front.configuration import ERRORS, render_configuration, write_configuration
from tests.servers import PROGRAMS


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return nginx.provide(PROGRAMS, downloads=tmp_path_factory.mktemp("downloads"))


@pytest.mark.parametrize("proxies", [0, 1, 2])
@pytest.mark.parametrize("listen", ["127.0.0.1:8299", "[::1]:8299"])
def test_nginx_accepts_configuration(program, tmp_path, proxies, listen):
    # Paths of sockets must be short.
    with tempfile.TemporaryDirectory(prefix="照片 and spaces {}", dir="/tmp") as folder:
        with override_settings(TRUSTED_PROXIES=proxies, MEDIA_ROOT=tmp_path / "media and spaces"):
            configuration = write_configuration(Path(folder), listen=listen)
        tested = subprocess.run(
            [program, "-t", "-e", "stderr", "-c", configuration], capture_output=True, text=True, check=False
        )
    assert tested.returncode == 0, tested.stderr
    assert "[warn]" not in tested.stderr.replace('the "user" directive', "")


@pytest.fixture
def locations(tmp_path: Path) -> list[str]:
    """Return the regular expressions of the locations."""
    return re.findall(r'location ~ "(.*)" \{', render_configuration(tmp_path, listen="127.0.0.1:8299"))


UPLOAD = "0f8fad5b-d9cd-469f-a165-70867728950e"


@pytest.mark.parametrize(
    "address",
    ["/upload", "/uploads", f"/uploads/{UPLOAD}", "/imports/new", f"/api/v1/imports/uploads/{UPLOAD}/"],
)
def test_passes_bodies_with_files_through_unbuffered(locations, address):
    assert re.search(locations[0], address)


@pytest.mark.parametrize(
    "address", ["/", "/login/", "/uploads/known", "/upload/", "/imports/7/action", "/api/v1/photos/"]
)
def test_waits_for_whole_body_elsewhere(locations, address):
    assert not any(re.search(location, address) for location in locations)


def test_knows_every_address_that_accepts_files(locations):
    for name in LIMITS:
        arguments = [UPLOAD] if "resume" in name else []
        assert re.search(locations[0], reverse(name, args=arguments))


@pytest.mark.parametrize("address", ["/photos/17/original", "/photos/17/thumbnail", "/api/v1/photos/17/preview/"])
def test_sends_files_of_photos_itself(locations, address):
    assert re.search(locations[2], address)


@pytest.mark.parametrize(
    ("proxies", "header", "client"),
    [
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "10.0.0.1, 203.0.113.7", "203.0.113.7"),
        (2, "6.6.6.6, 203.0.113.7 , 10.0.0.2", "203.0.113.7"),
        (2, "203.0.113.7", None),
    ],
)
def test_counts_connections_by_client_behind_proxy(tmp_path, proxies, header, client):
    with override_settings(TRUSTED_PROXIES=proxies):
        configuration = render_configuration(tmp_path, listen="127.0.0.1:8299")
    pattern = re.search(r'"~(.*)" \$outermost;', configuration)
    assert pattern
    match = re.search(pattern[1].replace("?<", "?P<"), header)
    assert (match and match["outermost"]) == client


def test_counts_connections_by_peer_without_proxy(tmp_path):
    assert "$outermost" not in render_configuration(tmp_path, listen="127.0.0.1:8299")


def test_writes_every_error_in_each_language(tmp_path):
    write_configuration(tmp_path, listen="127.0.0.1:8299")
    for status in ERRORS:
        problem = json.loads((tmp_path / f"errors/{status}.en.json").read_text())
        assert set(problem) == {"type", "title", "status", "detail", "errors"}
        assert problem["status"] == status
        assert not problem["type"].endswith(":other") or status in {421}
        page = (tmp_path / f"errors/{status}.zh-hans.html").read_text()
        assert '<html lang="zh-hans">' in page
        assert problem["detail"] not in page
