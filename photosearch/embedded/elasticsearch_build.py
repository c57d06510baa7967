"""Builds an Elasticsearch with the Chinese analyser from the downloaded files.

The version from the registries is reduced from 1.2 GB to 0.2 GB: unused modules are left out, and the Java runtime is
linked again with only the used modules. Elastic's own version stays whole.
"""

import fcntl
import io
import logging
import shutil
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from photosearch.embedded import StartFailed
from photosearch.embedded.account import UnixAccount
from photosearch.embedded.elasticsearch_download import FALLBACK_VERSION, VERSION, Download, download

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

log = logging.getLogger(__name__)

# Raise it when the build changes, so that older builds are not reused.
RECIPE = 1
MODULES = frozenset(
    (
        *("aggregations", "analysis-common", "apm", "health-shards-availability", "ingest-common", "lang-mustache"),
        *("lang-painless", "mapper-extras", "parent-join", "percolator", "reindex", "rest-root"),
        *("runtime-fields-common", "transport-netty4", "x-pack-core", "x-pack-security"),
    )
)
TOOLS = frozenset(["ansi-console", "keystore-cli", "plugin-cli", "security-cli", "server-cli"])
PROGRAMS = frozenset(f"elasticsearch{suffix}" for suffix in ("", "-cli", "-env", "-env-from-file", "-keystore"))
JAVA_MODULES = (
    "java.se,jdk.unsupported,jdk.net,jdk.management,jdk.management.agent,jdk.crypto.ec,jdk.zipfs,jdk.incubator.vector,"
    "jdk.charsets,jdk.httpserver,jdk.jfr,jdk.localedata"
)
# Without Thai every index creation fails with status 500.
JAVA_LOCALES = "en,th,zh"
PLUGIN_SOURCE = Path(__file__).with_name("SmartcnPlugin.java")
PLUGIN_DESCRIPTOR = f"""\
name=analysis-smartcn
description=Lucene's Chinese analyser under the names of Elastic's own plugin
version={FALLBACK_VERSION}
elasticsearch.version={FALLBACK_VERSION}
java.version=17
classname=photosearch.SmartcnPlugin
"""


def provide(folder: Path, *, downloads: Path, account: UnixAccount) -> Path:
    """Return the folder of Elasticsearch below `folder`, built first if missing (one to several minutes)."""
    if home := built_below(folder):
        return home
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".elasticsearch.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return built_below(folder) or _build(folder, downloads=downloads, account=account)


def built_below(folder: Path) -> Path | None:
    """Return the newest Elasticsearch built below `folder`."""
    homes = (home_of(version, folder) for version in (VERSION, FALLBACK_VERSION))
    return next((home for home in homes if home.exists()), None)


def home_of(version: str, folder: Path) -> Path:
    """Return the folder of a version below `folder`, built or not."""
    return folder / f"elasticsearch-{version}-{RECIPE}"


def version_of(home: Path) -> str:
    """Return the version of the Elasticsearch at `home`."""
    return home.name.split("-")[1]


def _build(folder: Path, *, downloads: Path, account: UnixAccount) -> Path:
    downloaded = download(downloads)
    log.info("Building Elasticsearch %s …", downloaded.version)
    home = home_of(downloaded.version, folder)
    building = home.with_name(f".{home.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    account.make_folder(building, mode=0o755)
    try:
        if downloaded.plugin:
            unpack(downloaded.tarball(), building, wanted=lambda _name: True)
            _add_published_plugin(downloaded.plugin, building)
        else:
            unpack(downloaded.tarball(), building, wanted=is_wanted)
            _link_java(building, account)
            _add_own_plugin(downloaded, building, account)
        for path in building.rglob("*"):
            account.own(path)
        building.rename(home)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    shutil.rmtree(downloads)
    return home


def unpack(tarball: Iterator[bytes], folder: Path, *, wanted: Callable[[str], bool]) -> None:
    """Write the wanted files of the tarball into `folder`, reading it to its end so that its digest is checked."""
    with tarfile.open(fileobj=io.BufferedReader(_Stream(tarball)), mode="r|gz") as archive:
        for member in archive:
            name = member.name.partition("/")[2]
            # The digest is checked only after the last file, so no name is trusted until then.
            if member.isfile() and wanted(name) and ".." not in name.split("/"):
                file = folder / name
                file.parent.mkdir(parents=True, exist_ok=True)
                with file.open("wb") as output:
                    shutil.copyfileobj(archive.extractfile(member) or io.BytesIO(), output)
                file.chmod(0o755 if member.mode & 0o100 else 0o644)
    for _ in tarball:
        pass


def is_wanted(name: str) -> bool:
    """Return whether a file of the full server (name relative to its folder) belongs to the small one."""
    match name.split("/"):
        case ["modules", module, *_]:
            return module in MODULES
        case ["lib", "tools", tool, *_]:
            return tool in TOOLS
        case ["bin", program]:
            return program in PROGRAMS
        case ["jdk", "include" | "legal" | "demo" | "man", *_]:
            return False
    return True


class _Stream(io.RawIOBase):
    """A readable stream of chunks of bytes."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.chunks = chunks
        self.rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        wanted = len(memoryview(buffer))
        self.rest = self.rest or next(self.chunks, b"")
        given, self.rest = self.rest[:wanted], self.rest[wanted:]
        memoryview(buffer)[: len(given)] = given
        return len(given)


def _link_java(home: Path, account: UnixAccount) -> None:
    full = home / "jdk"
    small = home / "jre"
    account.run(
        [
            *(full / "bin/jlink", "--module-path", full / "jmods", "--add-modules", JAVA_MODULES),
            *("--include-locales", JAVA_LOCALES, "--strip-debug", "--no-header-files", "--no-man-pages"),
            *("--compress", "zip-6", "--output", small),
        ]
    )
    full.rename(home / "jdk-full")
    small.rename(full)


def _add_published_plugin(plugin: Path, home: Path) -> None:
    with zipfile.ZipFile(plugin) as archive:
        archive.extractall(home / "plugins/analysis-smartcn")  # noqa: S202 - its digest was checked


def _add_own_plugin(downloaded: Download, home: Path, account: UnixAccount) -> None:
    plugin = account.make_folder(home / "plugins/analysis-smartcn", mode=0o755)
    if downloaded.lucene_jar:
        _repack_lucene(downloaded.lucene_jar, plugin / "lucene-analysis-smartcn.jar")
    _compile_plugin(home, plugin, account)
    (plugin / "plugin-descriptor.properties").write_text(PLUGIN_DESCRIPTOR)
    shutil.rmtree(home / "jdk-full")


def _repack_lucene(source: Path, target: Path) -> None:
    """Copy Lucene's jar without its service file, which names classes of Lucene 8 that Lucene 9 moved."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name.startswith("org/") or name in {"META-INF/LICENSE.txt", "META-INF/NOTICE.txt"}:
                new.writestr(name, old.read(name))


def _compile_plugin(home: Path, plugin: Path, account: UnixAccount) -> None:
    classes = account.make_folder(plugin / "classes")
    source = account.write(classes / PLUGIN_SOURCE.name, PLUGIN_SOURCE.read_text())
    class_path = f"{home}/lib/*:{plugin}/lucene-analysis-smartcn.jar"
    account.run([home / "jdk-full/bin/javac", "--release", "17", "-cp", class_path, "-d", classes, source])
    compiled = list(classes.rglob("*.class"))
    if not compiled:
        raise StartFailed("The Chinese analyser's plugin could not be compiled.")
    with zipfile.ZipFile(plugin / "photosearch-smartcn.jar", "w", zipfile.ZIP_DEFLATED) as jar:
        for file in compiled:
            jar.write(file, file.relative_to(classes))
    shutil.rmtree(classes)
