"""nginx's configuration, rendered from the settings, and nginx's error pages."""

import json
import re
import resource
from collections.abc import Iterable
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from gallery.access.body_limits import LIMITS
from gallery.access.problems import problem

TEMPLATE = Path(__file__).with_name("nginx.conf")
# Longest request line in bytes: two parameters of 5,000 Chinese characters at most, percent-encoded.
LONGEST_LINE = 96 * 1024
CONNECTIONS = 4096
# Each connection needs a second one to our process, or a file.
FILES = 4 * CONNECTIONS
# URL names whose answers our process sends, at the client's pace: zip files, and films in pictures.
DOWNLOADS = ("gallery:download_selection", "api:download-photos", "gallery:film", "api:film")
FILES_OF_PHOTOS = (
    "gallery:thumbnail",
    "gallery:preview",
    "gallery:original",
    "api:thumbnail",
    "api:preview",
    "api:original",
)
# Headers that nginx drops from an answer with X-Accel-Redirect unless configured.
FILE_HEADERS = (
    "ETag",
    "Vary",
    "Content-Language",
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
    "Strict-Transport-Security",
)
LANGUAGES = ("en", "zh-hans")
ERRORS = (400, 405, 408, 411, 413, 414, 421, 429, 431, 500, 501, 502, 503, 504)


def write_configuration(folder: Path, *, listen: str) -> Path:
    """Write nginx's files into `folder`, which also holds our sockets; return the configuration file."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write_errors(folder / "errors")
    file = folder / "nginx.conf"
    file.write_text(render_configuration(folder, listen=listen))
    return file


def render_configuration(folder: Path, *, listen: str) -> str:
    """Return the configuration; `listen` is an address with its port."""
    return TEMPLATE.read_text() % {
        "folder": folder,
        "connections": min(CONNECTIONS, _limit_of_files() // 4),
        "longest_line": LONGEST_LINE,
        "largest_body": settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
        "client_pattern": _client_pattern(settings.TRUSTED_PROXIES),
        "listen": f"{listen} ipv6only=off" if listen.startswith("[") else listen,
        "error_pages": "\n        ".join(f"error_page {status} /_front/errors/{status};" for status in ERRORS),
        "uploads": _pattern(LIMITS),
        "downloads": _pattern(DOWNLOADS),
        "files": _pattern(FILES_OF_PHOTOS),
        "media": settings.MEDIA_ROOT,
        "file_headers": "\n            ".join(_file_headers()),
    }


def raise_limit_of_files() -> None:
    """Raise the limit of open files as far as allowed and needed, for nginx, which replaces this process."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (_limit_of_files(), hard))


def _limit_of_files() -> int:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)


def _client_pattern(proxies: int) -> str:
    """Return the line of a map that finds the client in X-Forwarded-For, as the outermost of `proxies` added it."""
    if not proxies:
        return ""
    return f'"~(?:^|,)\\s*(?<outermost>[^,\\s]+)\\s*(?:,[^,]*){{{proxies - 1}}}$" $outermost;'


def _pattern(names: Iterable[str]) -> str:
    """Return a regular expression that matches exactly the addresses with these URL names."""
    return f"^(?:{'|'.join(sorted({_address(name) for name in names}))})$"


def _address(name: str) -> str:
    """Return the address with this URL name as a regular expression, with any number or id."""
    for example, stands in ((None, ""), (UUID(int=0), "[0-9a-f-]{36}"), (0, "[0-9]+")):
        with suppress(NoReverseMatch):
            address = re.escape(reverse(name, args=[] if example is None else [example]))
            return address.replace(re.escape(str(example)), stands)
    raise NoReverseMatch(name)


def _file_headers() -> list[str]:
    ours = [f"add_header {name} $upstream_http_{name.lower().replace('-', '_')};" for name in FILE_HEADERS]
    # The file's own time would contradict our headers.
    return [*ours, "add_header Last-Modified '';", "etag off;", "if_modified_since off;", "max_ranges 1;"]


def _write_errors(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    for language in LANGUAGES:
        with override(language):
            for status in ERRORS:
                sentence = _sentence(status)
                page = render_to_string("front_error.html", {"title": HTTPStatus(status).phrase, "sentence": sentence})
                (folder / f"{status}.{language}.html").write_text(page)
                (folder / f"{status}.{language}.json").write_text(json.dumps(problem(status, sentence)))


def _sentence(status: int) -> str:
    match status:
        case 408:
            return _("The request was too slow. Try again.")
        case 411:
            return _("The request needs the header “Content-Length”.")
        case 413:
            return _("The request body is too large.")
        case 414:
            return _("The address is too long.")
        case 405 | 501:
            return _("This method is not supported.")
        case 429:
            return _("Too many requests at once. Try again in a few seconds.")
        case 431:
            return _("The request headers are too long.")
        case 500 | 502 | 503 | 504:
            return _("The site is not available at the moment. Try again in a few seconds.")
    return _("The request is malformed.")
