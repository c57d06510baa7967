"""The addresses and secrets of the embedded servers, in a file that only its owner can read."""

import json
import os
import secrets
from pathlib import Path

FILE = "servers.json"


def read_addresses(run_folder: Path) -> dict[str, str]:
    """Return the stored values by the names of environment variables; empty without a file."""
    file = run_folder / FILE
    return json.loads(file.read_text()) if file.exists() else {}


def write_addresses(run_folder: Path, addresses: dict[str, str]) -> None:
    """Replace the file atomically, so that readers never see an incomplete one."""
    partial = run_folder / f".{FILE}.{os.getpid()}"
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600)
    partial.write_text(json.dumps(addresses, indent=1))
    partial.rename(run_folder / FILE)


def new_secret_key() -> str:
    """Return a key for Django's signatures."""
    return secrets.token_urlsafe(50)
