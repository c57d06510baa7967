"""Middleware that refuses the body of a request by its length and type before a byte of it is read or spooled."""

import errno
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from gallery.access.body_limits import BodyLimit, limit_of
from gallery.access.problems import answer_plainly
from gallery.files import has_room

FORM_WITH_FILES = "multipart/form-data"
FULL = {errno.ENOSPC, errno.EDQUOT}
# What says more than that a request makes no sense.
PAGES = {413: "413.html", 507: "507.html"}


class BodyGate:
    """Stands before the CSRF middleware, which reads forms; also answers when the disk is full."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse, or answer; a connection whose body was left unread is closed."""
        response = _refusal(request) or self.get_response(request)
        if _leaves_body_unread(request):
            response["Connection"] = "close"
        if "Tus-Resumable" in request.headers:
            # tus wants its version in every answer, in those of this class too.
            response.headers.setdefault("Tus-Resumable", "1.0.0")
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer 507 where a write found the disk full."""
        return refuse_full_disk(request) if is_disk_full(exception) else None


def is_disk_full(error: Exception) -> bool:
    """Whether a write failed because the disk, or the part of it that is ours, is full."""
    return isinstance(error, OSError) and error.errno in FULL


def refuse_full_disk(request: HttpRequest) -> HttpResponse:
    """The answer to a request that needs more room than the disk has."""
    return refuse(request, 507, _("The disk of the server is full. Try again when an administrator has made room."))


def refuse(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    """The answer in the form that the client reads: problem details, JSON, a part of a page, or a page."""
    if request.path.startswith("/api/"):
        return answer_plainly(status, sentence)
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        # The scripts that send files and those that send forms read it under different names.
        name = "detail" if limit_of(request).takes_files else "sentence"
        return JsonResponse({name: sentence}, status=status)
    if request.headers.get("HX-Request") == "true":
        return render(request, "refusal.html", {"sentence": sentence}, status=status)
    return render(request, PAGES.get(status, "400.html"), {"sentence": sentence}, status=status)


def _refusal(request: HttpRequest) -> HttpResponse | None:
    length = request.headers.get("Content-Length", "")
    if not length and request.headers.get("Transfer-Encoding"):
        return refuse(request, 411, _("Say in “Content-Length” how long the body of this request is."))
    if not length.isascii() or not length.isdigit() or not int(length):
        return None
    limit = limit_of(request)
    if int(length) > limit.bytes:
        return refuse(request, 413, _too_large(request, limit))
    if request.content_type == FORM_WITH_FILES and not limit.takes_forms_with_files:
        return refuse(request, 415, _("No files are accepted at this address."))
    # Pieces and bare archives are judged by their views, which know how much of them there is already.
    if limit.takes_forms_with_files and not has_room(int(length)):
        return refuse_full_disk(request)
    return None


def _too_large(request: HttpRequest, limit: BodyLimit) -> str:
    if limit.takes_files:
        limit_in_words = filesizeformat(limit.file_bytes)
        return _("This file is too large; at most %(limit)s are allowed.") % {"limit": limit_in_words}
    if request.path.startswith("/api/"):
        return _("The body of this request is too large.")
    return _("What was sent is larger than this form may be. Shorten it and try again.")


def _leaves_body_unread(request: HttpRequest) -> bool:
    # The development server refuses this header, and closes every connection anyway.
    if request.META.get("SERVER_SOFTWARE", "").startswith("WSGIServer"):
        return False
    if request.headers.get("Transfer-Encoding"):
        return "Content-Length" not in request.headers
    stream = getattr(request, "_stream", None)
    return getattr(stream, "_pos", 0) < getattr(stream, "limit", 0)
