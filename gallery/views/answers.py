"""What a person is told when something has been done for them, and how they take it back."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from gallery.access import PageRequest


def tell(request: PageRequest, sentence: str, *, undo: datetime | None = None, **facts: Any) -> HttpResponse:
    """Say `sentence`: in JSON to a script that asks for that, else on the page that the person came from.

    `undo` is the moment at which photos went into the bin: it comes with a button that takes them out again. `facts`
    are what only a script needs to be told.
    """
    moment = undo.isoformat() if undo else ""
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        return JsonResponse({"sentence": sentence, "undo": moment, **facts})
    messages.success(request, sentence, extra_tags=moment)
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if is_ours else "gallery:photos")
