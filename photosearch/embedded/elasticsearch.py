"""An embedded Elasticsearch: its own security with a generated password, on a port of the loopback interface."""

import json
import logging
import shutil
from base64 import b64encode
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from photosearch.embedded.account import UnixAccount
from photosearch.embedded.elasticsearch_download import FALLBACK_VERSION
from photosearch.embedded.program import EmbeddedServer, Program

log = logging.getLogger(__name__)

USER = "elastic"
JAVA_OPTIONS = "-Xms128m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
# Elastic's own options without G1's settings, heap dumps and gigabytes of garbage collection logs.
JVM_OPTIONS = """\
-Djava.io.tmpdir=${ES_TMPDIR}
20-:--add-modules=jdk.incubator.vector
-XX:+ExitOnOutOfMemoryError
-XX:ErrorFile=logs/hs_err_pid%p.log
"""
# To the console only, which the supervisor writes to a file and rotates.
LOGGING = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%-25c{1.}] %m%consoleException%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
"""


def prepare(folder: Path, *, home: Path, version: str, port: int, account: UnixAccount) -> EmbeddedServer:
    """Write the configuration of a server that keeps its data in `folder`; `home` is its folder from `provide`.

    An index written by a later version is deleted, because earlier ones cannot read it; the database fills a new one.
    """
    password = account.secret(account.make_folder(folder) / "password")
    url = f"http://{USER}:{password}@127.0.0.1:{port}"
    configuration = folder / "config"
    _drop_later_data(folder, version, account)
    for part in (folder / "data", folder / "logs", folder / "tmp", configuration):
        account.make_folder(part)
    account.write(configuration / "elasticsearch.yml", _settings(folder, port, version))
    account.write(configuration / "jvm.options", JVM_OPTIONS)
    account.write(configuration / "log4j2.properties", LOGGING)
    environment = {
        "ES_PATH_CONF": str(configuration),
        "ES_TMPDIR": str(folder / "tmp"),
        "ES_JAVA_HOME": str(home / "jdk"),
        "ES_JAVA_OPTS": JAVA_OPTIONS,
    }
    if not (configuration / "elasticsearch.keystore").exists():
        _make_keystore(configuration, password, home=home, environment=environment, account=account)
    program = Program("elasticsearch", [home / "bin/elasticsearch"], account, environment)
    return EmbeddedServer("Elasticsearch", "ELASTICSEARCH_URL", url, program, lambda: answers(url))


def answers(url: str) -> bool:
    """Return whether the server at `url`, which contains name and password, is ready for searches."""
    address = urlsplit(url)
    credentials = b64encode(f"{address.username}:{address.password}".encode()).decode()
    health = f"{address.scheme}://{address.hostname}:{address.port}/_cluster/health"
    request = Request(health, headers={"Authorization": f"Basic {credentials}"})  # noqa: S310 - our own setting
    try:
        with urlopen(request, timeout=5) as answer:  # noqa: S310 - the same
            return json.load(answer)["status"] in {"green", "yellow"}
    except (OSError, HTTPException):
        return False


def _drop_later_data(folder: Path, version: str, account: UnixAccount) -> None:
    written_by = folder / "version"
    if written_by.exists() and _numbers(written_by.read_text()) > _numbers(version):
        log.info("The index was written by Elasticsearch %s; %s fills a new one.", written_by.read_text(), version)
        shutil.rmtree(folder / "data", ignore_errors=True)
    account.write(written_by, version)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _settings(folder: Path, port: int, version: str) -> str:
    settings = {
        "cluster.name": "photosearch",
        "node.name": "photosearch",
        "discovery.type": "single-node",
        "http.host": "127.0.0.1",
        "http.port": port,
        "transport.host": "127.0.0.1",
        "transport.port": 0,
        "path.data": str(folder / "data"),
        "path.logs": str(folder / "logs"),
        "action.auto_create_index": False,
        # No TLS, because passwords travel over the loopback interface only.
        "xpack.security.enabled": True,
        "xpack.security.enrollment.enabled": False,
        "xpack.security.http.ssl.enabled": False,
        "xpack.security.transport.ssl.enabled": False,
        # By default Elasticsearch stops writing on disks that are 90 % full, which wastes much of a large disk.
        "cluster.routing.allocation.disk.watermark.low": "2gb",
        "cluster.routing.allocation.disk.watermark.high": "1gb",
        "cluster.routing.allocation.disk.watermark.flood_stage": "512mb",
    }
    if version != FALLBACK_VERSION:
        # It contains all modules; these would use memory, or download databases from Elastic's servers.
        settings |= {"xpack.ml.enabled": False, "ingest.geoip.downloader.enabled": False}
    return "".join(f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in settings.items())


def _make_keystore(
    configuration: Path, password: str, *, home: Path, environment: dict[str, str], account: UnixAccount
) -> None:
    """Create a keystore with the password of Elasticsearch's superuser; it appears only when it is complete."""
    making = account.make_folder(configuration / "keystore.making")
    (making / "elasticsearch.keystore").unlink(missing_ok=True)
    program = home / "bin/elasticsearch-keystore"
    environment = {**environment, "ES_PATH_CONF": str(making)}
    account.run([program, "create"], environment=environment)
    account.run([program, "add", "--stdin", "bootstrap.password"], environment=environment, stdin=password)
    (making / "elasticsearch.keystore").rename(configuration / "elasticsearch.keystore")
    making.rmdir()
