"""Descriptions of supervised programs and of embedded servers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from photosearch.embedded.account import UnixAccount


@dataclass(frozen=True)
class Program:
    """A supervised program. `stop_signal` ends it cleanly; after `stop_seconds` it is killed.

    A background program yields processors and disk to the programs that answer users.
    """

    name: str
    command: Sequence[str | Path]
    account: UnixAccount
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path = Path("/")
    stop_signal: str = "TERM"
    stop_seconds: int = 30
    is_background: bool = False


@dataclass(frozen=True)
class EmbeddedServer:
    """A server to start: its program, its address, and the environment variable for the address."""

    title: str
    variable: str
    url: str
    program: Program
    answers: Callable[[], bool]
