"""The programs of photosearch that the supervisor runs, and the addresses they listen on."""

import os
import pwd
import sys
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from photosearch.embedded import StartFailed
from photosearch.embedded.account import UnixAccount
from photosearch.embedded.program import Program
from photosearch.embedded.provision import is_free

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORTS = range(8000, 8100)
LOOPBACK_NAMES = {"localhost", "127.0.0.1"}
ASSISTANT = "photosearch.assistant_asgi:application"
# Environment variables for the number of threads of OpenMP, OpenBLAS and MKL.
MATHS_LIBRARIES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not bound


@dataclass(frozen=True)
class Listener:
    """The address that a program listens on."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_local(self) -> bool:
        """True if only this machine can reach the address."""
        return self.host in {"127.0.0.1", "::1", "localhost"}

    def answers(self, public_url: str) -> bool:
        """Return whether the site answers requests for its public name at this address."""
        connection = HTTPConnection(EVERYWHERE.get(self.host, self.host), self.port, timeout=5)
        try:
            connection.request("GET", "/health", headers={"Host": urlsplit(public_url).netloc})
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


def choose_listener(*, bind: str, public_url: str) -> Listener:
    """Return the address that `bind` (host:port) or a `public_url` on this machine names, else the first free port."""
    public = urlsplit(public_url)
    if public_url and (public.scheme not in {"http", "https"} or not public.hostname):
        raise StartFailed(f"PUBLIC_URL must be an address such as https://photos.example.org, not {public_url!r}.")
    if not bind and public.hostname in LOOPBACK_NAMES:
        bind = f"{DEFAULT_HOST}:{public.port or 80}"
    if not bind:
        for port in DEFAULT_PORTS:
            if is_free(DEFAULT_HOST, port):
                return Listener(DEFAULT_HOST, port)
        raise StartFailed(
            f"Ports {DEFAULT_PORTS.start} to {DEFAULT_PORTS.stop - 1} are taken. Name a free one in BIND."
        )
    host, _, digits = bind.rpartition(":")
    listener = Listener(host.strip("[]"), int(digits) if digits.isascii() and digits.isdigit() else 0)
    if not listener.host or not 0 < listener.port < 65536:
        raise StartFailed(f"BIND must be an address and a port, such as 127.0.0.1:8000 or 0.0.0.0:8000, not {bind!r}.")
    if not is_free(listener.host, listener.port):
        raise StartFailed(f"Nothing can listen on {bind}: it is taken, or not an address of this machine. Change BIND.")
    return listener


def choose_assistant_listener(*, bind: str, web: Listener) -> Listener:
    """Return the address that `bind` (host:port) names for assistants, else the next free port of the loopback one."""
    if bind:
        return choose_listener(bind=bind, public_url="")
    for port in range(web.port + 1, min(web.port + 100, 65536)):
        if is_free(DEFAULT_HOST, port):
            return Listener(DEFAULT_HOST, port)
    raise StartFailed(f"No port behind {web.port} is free for assistants. Name one in ASSISTANT_BIND.")


def our_programs(checkout: Path, *, sockets: Path, listener: Listener, assistants: Listener) -> list[Program]:
    """Return the programs of photosearch, run by this Python as the calling user, with their sockets in `sockets`."""
    python = Path(sys.executable)
    account = UnixAccount.of(pwd.getpwuid(os.geteuid()))

    def program(name: str, *arguments: str | Path, is_background: bool = False) -> Program:
        environment = {name: str(threads_in_background()) for name in MATHS_LIBRARIES} if is_background else {}
        return Program(name, [python, *arguments], account, environment, folder=checkout, is_background=is_background)

    return [
        program("front", "manage.py", "front", f"--bind={listener}"),
        program("web", *gunicorn("photosearch.front.wsgi", socket=sockets / "web.sock", workers=2, threads=4)),
        # Its threads mostly wait for clients. One process can count the transfers of each user.
        program(
            "transfers",
            *gunicorn("photosearch.front.transfers", socket=sockets / "transfers.sock", workers=1, threads=128),
        ),
        program("assistant", "-m", "uvicorn", ASSISTANT, f"--host={assistants.host}", f"--port={assistants.port}"),
        # It gives its own queries priority over its batches.
        program("encoder", "manage.py", "encoder"),
        program("worker-default", "manage.py", "worker", "default", "--threads=2", is_background=True),
        program("worker-vision", "manage.py", "worker", "vision", is_background=True),
        # One thread: a PaddleOCR object is not thread-safe.
        program("worker-ocr", "manage.py", "worker", "ocr", is_background=True),
        program("worker-import", "manage.py", "worker", "import", "--threads=4", is_background=True),
        program("watcher", "manage.py", "watch_folders", is_background=True),
        program("clock", "manage.py", "clock"),
    ]


def gunicorn(application: str, *, socket: Path, workers: int, threads: int) -> list[str]:
    """Return the arguments of Python for a gunicorn that listens for nginx on `socket`."""
    return [
        "-m",
        "gunicorn",
        application,
        # By default the control socket is in the home folder, which several instances would share.
        "--no-control-socket",
        f"--bind=unix:{socket}",
        "--umask=0o077",
        f"--workers={workers}",
        f"--threads={threads}",
        # A worker accepts only requests for which it has a thread; another worker may be free.
        f"--worker-connections={threads}",
        "--keep-alive=0",
        # nginx has its own limits and error messages.
        "--limit-request-line=0",
        "--limit-request-field_size=0",
        "--limit-request-fields=32768",
        "--forwarder-headers=",
    ]


def threads_in_background() -> int:
    """Return the number of threads for background computation: one processor stays free."""
    return max(1, len(os.sched_getaffinity(0)) - 1)
