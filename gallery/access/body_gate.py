"""Middleware that refuses a request body by its length and type before any byte of it is read or spooled."""

import errno
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from gallery.access.body_limits import BodyLimit, limit_of, too_large
from gallery.access.problems import problem_response
from gallery.access.upload_answers import TUS_VERSION
from gallery.storage.files import has_room

FORM_WITH_FILES = "multipart/form-data"
DISK_FULL_ERRORS = {errno.ENOSPC, errno.EDQUOT}
# Statuses whose meaning is more specific than "bad request".
PAGE_OF_STATUS = {413: "413.html", 507: "507.html"}


class BodyLimitMiddleware:
    """Refuse bodies before the CSRF middleware reads forms; also answer when the disk is full."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse the request or pass it on; close the connection if its body was left unread."""
        response = _refusal(request) or self.get_response(request)
        if _leaves_body_unread(request):
            response["Connection"] = "close"
        if "Tus-Resumable" in request.headers:
            # tus requires its version in every answer, including those of this class.
            response.headers.setdefault("Tus-Resumable", TUS_VERSION)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer 507 when a write found the disk full."""
        return refuse_full_disk(request) if is_disk_full(exception) else None


def is_disk_full(error: Exception) -> bool:
    """Return whether a write failed because the disk, or our share of it, is full."""
    return isinstance(error, OSError) and error.errno in DISK_FULL_ERRORS


def refuse_full_disk(request: HttpRequest) -> HttpResponse:
    """Answer that the server's disk is full, with status 507."""
    return refuse(request, 507, _("The server's disk is full. Try again after an administrator has freed some space."))


def refuse(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    """Return the refusal in the client's format: problem details, JSON, part of a page, or a page."""
    if request.path.startswith("/api/"):
        return problem_response(status, sentence)
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        # Upload scripts and form scripts read the sentence under different names.
        name = "detail" if limit_of(request).takes_files else "message"
        return JsonResponse({name: sentence}, status=status)
    if request.headers.get("HX-Request") == "true":
        return render(request, "_error_notice.html", {"sentence": sentence}, status=status)
    return render(request, PAGE_OF_STATUS.get(status, "400.html"), {"sentence": sentence}, status=status)


def _refusal(request: HttpRequest) -> HttpResponse | None:
    length = request.headers.get("Content-Length", "")
    if not length and request.headers.get("Transfer-Encoding"):
        return refuse(request, 411, _("The request needs the header “Content-Length”."))
    if not length.isascii() or not length.isdigit() or not int(length):
        return None
    limit = limit_of(request)
    if int(length) > limit.bytes:
        return refuse(request, 413, _too_large(request, limit))
    if request.content_type == FORM_WITH_FILES and not limit.takes_forms_with_files:
        return refuse(request, 415, _("This address does not accept files."))
    # Views check pieces and bare archives, because they know how many bytes have already arrived.
    if limit.takes_forms_with_files and not has_room(int(length)):
        return refuse_full_disk(request)
    return None


def _too_large(request: HttpRequest, limit: BodyLimit) -> str:
    if limit.files > 1:
        size = filesizeformat(limit.files * limit.file_bytes)
        return _("These files are too large together. The limit is %(limit)s.") % {"limit": size}
    if limit.takes_files:
        return too_large(limit.file_bytes)
    if request.path.startswith("/api/"):
        return _("The request body is too large.")
    return _("The form contains too much text. Shorten it and try again.")


def _leaves_body_unread(request: HttpRequest) -> bool:
    # The development server does not accept this header, and closes every connection anyway.
    if request.META.get("SERVER_SOFTWARE", "").startswith("WSGIServer"):
        return False
    if request.headers.get("Transfer-Encoding"):
        return "Content-Length" not in request.headers
    stream = getattr(request, "_stream", None)
    return getattr(stream, "_pos", 0) < getattr(stream, "limit", 0)
