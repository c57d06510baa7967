"""Finds the program exiftool, and its version."""

import subprocess
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from photosearch.embedded.exiftool import find_exiftool

SECONDS_TO_ANSWER = 30
# Without a configuration file of the account, which may contain any Perl code.
WITHOUT_CONFIGURATION = ("-config", "")


class ExifToolUnavailable(Exception):
    """There is no exiftool that runs; the message is a sentence for administrators."""


def find_program() -> Path:
    """Return the path of exiftool. Raises ExifToolUnavailable."""
    program = Path(settings.EXIFTOOL) if settings.EXIFTOOL else find_exiftool(settings.DATA_DIR / "servers")
    if program is None:
        raise ExifToolUnavailable(
            _("exiftool is missing. Install it (Debian: libimage-exiftool-perl), or name it in EXIFTOOL.")
        )
    if not program.is_file():
        raise ExifToolUnavailable(_("There is no exiftool at %(path)s, which EXIFTOOL names.") % {"path": program})
    return program


def program_version() -> str:
    """Return the version of exiftool. Raises ExifToolUnavailable."""
    program = find_program()
    return _version(program, program.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _version(program: Path, _changed: int) -> str:
    """Return the version of a program, asked once for each change of its file."""
    try:
        asked = subprocess.run(  # noqa: S603
            [program, *WITHOUT_CONFIGURATION, "-ver"],
            capture_output=True,
            text=True,
            timeout=SECONDS_TO_ANSWER,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ExifToolUnavailable(
            _("%(program)s does not run. Install perl and exiftool (Debian: libimage-exiftool-perl).")
            % {"program": program}
        ) from error
    return asked.stdout.strip()
