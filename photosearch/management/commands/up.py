"""Start and stop all of photosearch, with the servers that the environment does not name."""

import fcntl
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from photosearch.embedded import StartFailed, exiftool, nginx
from photosearch.embedded.account import server_account
from photosearch.embedded.addresses import new_secret_key, read_addresses, write_addresses
from photosearch.embedded.program import EmbeddedServer, Program
from photosearch.embedded.programs import Listener, choose_assistant_listener, choose_listener, our_programs
from photosearch.embedded.provision import DataFolder, free_port
from photosearch.embedded.supervisor import Supervisor, end_leftovers

SECONDS_FOR_SERVER = 120
SECONDS_FOR_PROGRAM = 180


class _Stopped(Exception):
    """Raised by Ctrl-C, by SIGTERM, or when the terminal is closed."""


class Command(BaseCommand):
    """`manage.py up`, in the foreground until Ctrl-C."""

    help = "Start PostgreSQL, Valkey and Elasticsearch, unless the environment names them, and all of photosearch."
    requires_system_checks: list[str] = []

    def handle(self, **_options: Any) -> None:
        """Start everything, wait, and stop everything in order, even after errors."""
        _catch_signals()
        _show_progress()
        folder = DataFolder(settings.DATA_DIR, account=server_account())
        try:
            folder.make()
            with _only_one(folder):
                end_leftovers(folder.run)
                nginx.provide(folder.programs, downloads=folder.path / "downloads")
                self._provide_exiftool(folder)
                self._run(folder, Supervisor(run_folder=folder.run, log_folder=folder.logs))
        except StartFailed as error:
            raise CommandError(str(error)) from error
        except _Stopped:
            self._print("Stopped.")

    def _provide_exiftool(self, folder: DataFolder) -> None:
        if settings.EXIFTOOL:
            return
        try:
            exiftool.provide(folder.programs, downloads=folder.path / "downloads")
        except (StartFailed, OSError) as error:
            self._print(f"{error}\nThe rest runs; metadata of pictures is read when exiftool is there.")

    def _run(self, folder: DataFolder, supervisor: Supervisor) -> None:
        stored = read_addresses(folder.run)
        # Programs start in other working directories.
        os.environ["DATA_DIR"] = str(folder.path)
        listener = choose_listener(bind=os.environ.get("BIND", ""), public_url=os.environ.get("PUBLIC_URL", ""))
        public_url = os.environ.setdefault("PUBLIC_URL", f"http://localhost:{listener.port}")
        assistants = choose_assistant_listener(bind=os.environ.get("ASSISTANT_BIND", ""), web=listener)
        if urlsplit(public_url).scheme == "http":
            # Without a proxy, assistants need a port of their own.
            os.environ.setdefault("ASSISTANT_URL", f"http://{urlsplit(public_url).hostname}:{assistants.port}/mcp")
        if not listener.is_local and urlsplit(public_url).hostname == "localhost":
            self._print(
                "Other machines reach the site only at the address in PUBLIC_URL. Set it to a name of this machine."
            )
        try:
            supervisor.start()
            self._start_servers(folder, supervisor, stored)
            self._start_site(supervisor, listener, public_url, assistants)
            _wait(supervisor)
        finally:
            _ignore_signals()
            self._print("Stopping …")
            supervisor.stop()

    def _start_servers(self, folder: DataFolder, supervisor: Supervisor, stored: dict[str, str]) -> None:
        """Start the servers that the environment does not name, and store their addresses."""
        addresses = {}
        if "SECRET_KEY" not in os.environ:
            addresses["SECRET_KEY"] = stored.get("SECRET_KEY") or new_secret_key()
        servers = list(self._prepared(folder))
        for server in servers:
            self._print(f"Starting {server.title} …")
            supervisor.run([server.program], group=server.program.name)
            addresses[server.variable] = server.url
        write_addresses(folder.run, addresses)
        for server in servers:
            self._await(server, supervisor)

    def _prepared(self, folder: DataFolder) -> Iterator[EmbeddedServer]:
        # Elasticsearch first, because it takes longest to start.
        if "ELASTICSEARCH_URL" not in os.environ:
            try:
                yield folder.elasticsearch(port=free_port())
            except (StartFailed, OSError) as error:
                self._print(f"Elasticsearch is not available: {error}\nPostgreSQL searches words instead.")
        if "DATABASE_URL" not in os.environ:
            yield folder.postgres()
        if "REDIS_URL" not in os.environ:
            yield folder.valkey()

    def _await(self, server: EmbeddedServer, supervisor: Supervisor) -> None:
        try:
            supervisor.wait_until(
                server.answers, what=server.title, log=server.program.name, seconds=SECONDS_FOR_SERVER
            )
        except StartFailed as error:
            if server.variable != "ELASTICSEARCH_URL":
                raise
            self._print(f"{error}\nEverything else runs; PostgreSQL searches words until Elasticsearch answers.")

    def _start_site(self, supervisor: Supervisor, listener: Listener, public_url: str, assistants: Listener) -> None:
        login = _manage("prepare")
        # Show the password even if the start fails, because it is shown only once.
        message = f"photosearch does not answer. {login}"
        try:
            if login:
                self._load_samples()
            programs = our_programs(
                settings.BASE_DIR, sockets=settings.FRONT_DIR, listener=listener, assistants=assistants
            )
            self._start_programs(programs, supervisor)
            supervisor.wait_until(lambda: listener.answers(public_url), what="The site", log="front", seconds=60)
            message = f"photosearch answers at {public_url} (it listens on {listener}). {login}"
        finally:
            self._print(message.rstrip())

    def _load_samples(self) -> None:
        self._print("Loading the samples …")
        owner = os.environ.get("ADMIN_USERNAME") or "admin"
        try:
            _manage("load_samples", "--owner", owner)
        except StartFailed as error:
            self._print(f"{error} Without samples for now; load them with: manage.py load_samples --owner {owner}")

    def _start_programs(self, programs: list[Program], supervisor: Supervisor) -> None:
        self._print("Starting the site, the encoder, the workers and the clock …")
        supervisor.run(programs, group="photosearch")
        for program in programs:
            try:
                supervisor.wait_until(
                    lambda name=program.name: _runs(name, supervisor),  # type: ignore[misc]
                    what=program.name,
                    log=program.name,
                    seconds=SECONDS_FOR_PROGRAM,
                )
            except StartFailed as error:
                self._print(f"{error}\nThe rest runs; {program.name} is restarted until it works.")

    def _print(self, sentence: str) -> None:
        # The terminal may be closed, which must not prevent the stop.
        with suppress(OSError):
            self.stdout.write(sentence)
            self.stdout.flush()


def _wait(supervisor: Supervisor) -> None:
    """Wait for a signal, or until the terminal is closed, for which `make` passes on no signal."""
    has_terminal = sys.stdin.isatty()
    while not supervisor.has_ended(within=1):
        if has_terminal and not sys.stdin.isatty():
            _stop()
    raise StartFailed(f"The supervisor was ended from outside.\n{supervisor.end_of_log('supervisord')}")


def _runs(name: str, supervisor: Supervisor) -> bool:
    if supervisor.states().get(name) != "RUNNING":
        return False
    if name != "encoder":
        return True
    with socket.socket(socket.AF_UNIX) as probe, suppress(OSError):
        probe.connect(str(settings.ENCODER_SOCKET))
        return True
    return False


def _manage(*arguments: str) -> str:
    """Run a management command with the servers just started, and return its output."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
    environment = {"LOG_LEVEL": "WARNING", **os.environ}
    finished = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603
    if finished.returncode:
        raise StartFailed(f"`manage.py {arguments[0]}` failed; see its messages above.")
    return finished.stdout.strip()


@contextmanager
def _only_one(folder: DataFolder) -> Iterator[None]:
    """Lock the data folder for this process."""
    with (folder.run / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise StartFailed(
                f"photosearch already runs with the data folder {folder.path} (process {lock.read().strip()}). "
                "Stop it first, or name another folder in DATA_DIR."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _show_progress() -> None:
    """Show what the embedded servers' modules log as plain lines."""
    logger = logging.getLogger("photosearch.embedded")
    logger.setLevel(logging.INFO)
    logger.addHandler(logging.StreamHandler(sys.stdout))
    logger.propagate = False


def _catch_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # not started by nohup
        signal.signal(signal.SIGHUP, _stop)


def _ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _stop(*_signal: Any) -> None:
    # A second Ctrl-C must not interrupt the stop.
    _ignore_signals()
    raise _Stopped
