"""nginx: the installed program, else Debian's package, unpacked."""

import logging
import os
import shutil
import subprocess
from pathlib import Path

from photosearch.embedded import StartFailed
from photosearch.embedded.debian import download_package, unpack_package

log = logging.getLogger(__name__)

PACKAGE = "nginx"
# Debian installs it in a folder that is not in every user's PATH.
SYSTEM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin"


def find_nginx(folder: Path) -> Path | None:
    """Return the installed program, or else the one unpacked below `folder`; None without either."""
    if installed := shutil.which("nginx", path=f"{os.environ.get('PATH', os.defpath)}:{SYSTEM_FOLDERS}"):
        return Path(installed)
    unpacked = folder / "nginx/usr/sbin/nginx"
    return unpacked if unpacked.exists() else None


def provide(folder: Path, *, downloads: Path) -> Path:
    """Return the program, unpacked below `folder` if none is installed; raise StartFailed if that fails.

    Unpacked rather than installed: Debian's package would start a server on port 80.
    """
    program = find_nginx(folder)
    if program is None:
        log.info("Downloading nginx …")
        try:
            unpack_package(download_package(PACKAGE, downloads), folder / "nginx")
        except StartFailed as error:
            raise StartFailed(f"nginx could not be had: {error} Or install it: apt-get install nginx") from error
        program = folder / "nginx/usr/sbin/nginx"
    tried = subprocess.run([program, "-v"], capture_output=True, text=True, check=False)  # noqa: S603
    if tried.returncode:
        raise StartFailed(f"{program} does not run: {tried.stderr.strip()[-300:]} Install it: apt-get install nginx")
    return program
