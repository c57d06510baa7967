"""What a supervised program is, and what a server is: a program with an address that answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from photosearch.embedded.account import Account


@dataclass(frozen=True)
class Program:
    """One program of the supervisor; `stop_signal` ends it cleanly, and it is killed after `stop_seconds`.

    A background program yields processors and disk to the programs that answer users.
    """

    name: str
    command: Sequence[str | Path]
    account: Account
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path = Path("/")
    stop_signal: str = "TERM"
    stop_seconds: int = 30
    is_background: bool = False


@dataclass(frozen=True)
class Server:
    """A server ready to be started: its program, and the address under which the environment names it."""

    title: str
    variable: str
    url: str
    program: Program
    answers: Callable[[], bool]
