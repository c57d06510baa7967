"""Responses to a form: a message on the page that the form came from, or JSON for scripts."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from gallery.access import PageRequest


def respond_with_message(
    request: PageRequest, message: str, *, undo: datetime | None = None, **extra: Any
) -> HttpResponse:
    """Return `message` as JSON if the request prefers it; otherwise redirect to the form's `next` and show it there.

    `undo` is the `trashed_at` that the affected photos share; it adds an Undo button. `extra` goes into the JSON only.
    """
    moment = undo.isoformat() if undo else ""
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        return JsonResponse({"message": message, "undo": moment, **extra})
    messages.success(request, message, extra_tags=moment)
    next_url = request.POST.get("next", "")
    is_safe = url_has_allowed_host_and_scheme(next_url, {request.get_host()}, require_https=request.is_secure())
    return redirect(next_url if is_safe else "gallery:photos")
