"""Responses to a form: a message on the page that the form came from, or JSON for scripts."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from gallery.access import PageRequest


def wants_json(request: PageRequest) -> bool:
    """Return whether the request comes from a script that shows the answer itself."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def respond_with_message(
    request: PageRequest, message: str, *, undo: datetime | None = None, revert: str = "", **extra: Any
) -> HttpResponse:
    """Return `message` as JSON if the request prefers it; otherwise redirect to the form's `next` and show it there.

    `undo`, the `trashed_at` that the affected photos share, or `revert`, the address that reverts an edit, adds an
    Undo button. `extra` goes into the JSON only.
    """
    moment = undo.isoformat() if undo else ""
    if wants_json(request):
        return JsonResponse({"message": message, "undo": moment, **({"revert": revert} if revert else {}), **extra})
    messages.success(request, message, extra_tags=moment or revert)
    next_url = request.POST.get("next", "")
    is_safe = url_has_allowed_host_and_scheme(next_url, {request.get_host()}, require_https=request.is_secure())
    return redirect(next_url if is_safe else "gallery:photos")
