"""The handler of bad requests, for pages, page scripts and the API."""

from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from gallery.access.problems import problem_response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return status 400, or 413 for an oversized form, in the format that the client expects.

    Only messages of BadRequest are shown: other exceptions carry Django's, which are meant for the log.
    """
    if request.path.startswith("/api/"):
        return problem_response(400, _("The request is malformed."))
    if isinstance(exception, RequestDataTooBig):
        return render(request, "413.html", status=413)
    message = str(exception) if isinstance(exception, BadRequest) else ""
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        return JsonResponse({"message": message}, status=400)
    return render(request, "400.html", {"sentence": message}, status=400)
