"""The operating-system account that photosearch and its servers run as: a separate one when root starts them."""

import os
import pwd
import secrets
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from photosearch.embedded import StartFailed

NAME = "photosearch"


@dataclass(frozen=True)
class UnixAccount:
    """An account without privileges. PostgreSQL and Elasticsearch refuse to run as root."""

    name: str
    uid: int
    gid: int

    @classmethod
    def of(cls, entry: pwd.struct_passwd) -> Self:
        """Return the account of an entry of the user database."""
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid)

    @classmethod
    def with_ids(cls, uid: int, gid: int) -> Self:
        """Return the account with this user id; `gid` is its group if the user database does not contain it."""
        try:
            return cls.of(pwd.getpwuid(uid))
        except KeyError:
            return cls(str(uid), uid, gid)

    def groups(self) -> set[int]:
        """Return the ids of the account's groups."""
        return set(os.getgrouplist(self.name, self.gid))

    def command(self, arguments: Sequence[str | Path], *, death_signal: str = "TERM") -> list[str]:
        """Return `arguments` as a command that runs as this account and gets `death_signal` when its parent dies."""
        return ["setpriv", *self.dropping(), f"--pdeathsig={death_signal}", "--", *map(str, arguments)]

    def dropping(self) -> list[str]:
        """Return the options with which setpriv becomes this account."""
        if os.geteuid() == self.uid:
            return []
        groups = ",".join(map(str, sorted(self.groups())))
        return [f"--reuid={self.uid}", f"--regid={self.gid}", f"--groups={groups}"]

    def run(
        self, arguments: Sequence[str | Path], *, environment: Mapping[str, str] | None = None, stdin: str = ""
    ) -> str:
        """Run a command as this account and return its output.

        Raises:
            StartFailed: the command failed.
        """
        finished = subprocess.run(  # noqa: S603 - the commands are this package's own
            self.command(arguments),
            input=stdin,
            capture_output=True,
            text=True,
            cwd="/",
            env={**os.environ, "HOME": "/nonexistent", **(environment or {})},
            check=False,
        )
        if finished.returncode:
            output = (finished.stdout + finished.stderr).strip()
            raise StartFailed(f"{Path(arguments[0]).name} ended with status {finished.returncode}: {output}")
        return finished.stdout

    def make_folder(self, folder: Path, *, mode: int = 0o700) -> Path:
        """Make `folder`, owned by this account."""
        folder.mkdir(parents=True, exist_ok=True)
        if folder.stat().st_mode & 0o777 != mode:
            folder.chmod(mode)
        self.own(folder)
        return folder

    def own(self, path: Path) -> None:
        """Make this account the owner of `path`."""
        os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def write(self, file: Path, content: str) -> Path:
        """Write a file that only this account (and root) can read."""
        file.touch(mode=0o600)
        file.write_text(content)
        self.own(file)
        return file

    def secret(self, file: Path) -> str:
        """Return the password in `file`; generate it if the file is missing."""
        if not file.exists():
            partial = self.write(file.with_name(f".{file.name}.partial"), secrets.token_urlsafe(24))
            partial.rename(file)
        return file.read_text()


def server_account() -> UnixAccount:
    """Return the calling user, or for root the system user `photosearch`, which is created if missing."""
    if os.geteuid() != 0:
        return UnixAccount.of(pwd.getpwuid(os.geteuid()))
    try:
        return UnixAccount.of(pwd.getpwnam(NAME))
    except KeyError:
        _add_system_user()
        return UnixAccount.of(pwd.getpwnam(NAME))


def _add_system_user() -> None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        raise StartFailed(f"There is no user {NAME} to run photosearch, and no useradd to make one: add it by hand.")
    added = subprocess.run(  # noqa: S603
        [useradd, "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", NAME],
        capture_output=True,
        text=True,
        check=False,
    )
    if added.returncode:
        raise StartFailed(f"The user {NAME}, who runs photosearch, could not be made: {added.stderr.strip()}")
