"""What a person is told when a request cannot be answered."""

from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from gallery.access.problems import problem_response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Status 400, with our own sentence where there is one (Django's are for the log); 413 for too much in a form.

    Programs are told in their shape, a script of ours that asks for JSON the sentence alone.
    """
    if request.path.startswith("/api/"):
        return problem_response(400, _("This request cannot be read."))
    if isinstance(exception, RequestDataTooBig):
        return render(request, "413.html", status=413)
    sentence = str(exception) if isinstance(exception, BadRequest) else ""
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        return JsonResponse({"sentence": sentence}, status=400)
    return render(request, "400.html", {"sentence": sentence}, status=400)
