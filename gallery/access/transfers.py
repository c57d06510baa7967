"""Limits simultaneous uploads and downloads per user, so that one user cannot occupy every thread of the process."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any, Protocol

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

# The upload page sends three files at a time; API clients often send eight.
TRANSFERS_AT_ONCE = 16
SECONDS_TO_WAIT = 5

_running: Counter[int] = Counter()
_lock = threading.Lock()


class TooManyTransfers(Exception):
    """The user already has the maximum number of transfers."""

    def __init__(self) -> None:
        super().__init__(_("Too many uploads and downloads at once. Wait until one of them finishes."))


class _Slot:
    """The right to one transfer, returned once."""

    def __init__(self, user_id: int) -> None:
        self._user_id: int | None = user_id
        with _lock:
            if _running[user_id] >= TRANSFERS_AT_ONCE:
                raise TooManyTransfers
            _running[user_id] += 1

    def give_back(self) -> None:
        with _lock:
            if self._user_id is not None:
                _running[self._user_id] -= 1
                if not _running[self._user_id]:
                    del _running[self._user_id]
            self._user_id = None


class _SlotHolder:
    """Content of an answer that holds a slot until its last part is sent or the client disconnects."""

    def __init__(self, parts: Iterable[bytes], slot: _Slot) -> None:
        self._parts = iter(parts)
        self._slot = slot

    def __iter__(self) -> Iterator[bytes]:
        return self._parts

    def close(self) -> None:
        self._slot.give_back()


def count_download(response: HttpResponseBase, *, user: Any) -> None:
    """Count a download served by our own process until its last byte is sent. Raises TooManyTransfers."""
    _keep(response, _Slot(user.pk))


class _HasUser(Protocol):
    user: Any
    method: str | None


def limit_transfers(view: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a view, or a method of an API view, to count its POST and PATCH requests as transfers.

    The decorated view raises TooManyTransfers.
    """

    @wraps(view)
    def counted(*arguments: Any, **options: Any) -> Any:
        request: _HasUser = next(argument for argument in arguments if hasattr(argument, "META"))
        if request.method not in {"POST", "PATCH"} or not request.user.is_authenticated:
            return view(*arguments, **options)
        slot = _Slot(request.user.pk)
        is_kept = False
        try:
            response = view(*arguments, **options)
            is_kept = _keep(response, slot)
        finally:
            if not is_kept:
                slot.give_back()
        return response

    return counted


def _keep(response: HttpResponseBase, slot: _Slot) -> bool:
    """Let a streaming answer hold the slot, without a database connection; return whether it does."""
    if not isinstance(response, StreamingHttpResponse):
        return False
    response.streaming_content = _SlotHolder(response.streaming_content, slot)  # type: ignore[arg-type]
    if not connection.in_atomic_block:
        connection.close()
    return True


def limit_page_transfers(view: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a page's view like `limit_transfers`, and check CSRF afterwards, because that may read the body."""
    counted: Callable[..., Any] = csrf_exempt(limit_transfers(csrf_protect(view)))
    return counted


class TooManyTransfersMiddleware:
    """Answers TooManyTransfers for pages and their scripts; gallery.access.problems does so for API clients."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, _request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, TooManyTransfers):
            return None
        return JsonResponse({"detail": str(error)}, status=429, headers={"Retry-After": str(SECONDS_TO_WAIT)})
