"""Takes pictures that other apps share with the installed web app, and shows the result of each."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, TooManyFilesSent
from django.http import HttpResponse, HttpResponseRedirect
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from gallery.access import PageRequest
from gallery.access.shares import is_from_share_sheet
from gallery.access.transfers import limit_transfers
from gallery.intake.form_files import FormFiles, reason_to_refuse, refusal
from gallery.intake.upload import UploadResult
from gallery.models import Photo

RESULTS = "shared_pictures"


# A shared form has no token: `is_from_share_sheet` takes its place.
@csrf_exempt
@limit_transfers
@require_http_methods(["GET", "HEAD", "POST"])
def take_shared_pictures(request: PageRequest) -> HttpResponse:
    """Show the results of the latest share; on POST, store the shared `files` first.

    The results are kept in the session, so that reloading the page does not send the pictures again.
    """
    if request.method != "POST":
        return render(request, "gallery/uploads/share.html", {"results": _kept_results(request)})
    if not is_from_share_sheet(request):
        raise PermissionDenied(_("Pictures can be shared only from other apps of the device, not from other sites."))
    files = FormFiles(request)
    try:
        results = files.store(owner=request.user)
    except (TooManyFilesSent, MultiPartParserError) as error:
        results = [refusal(reason_to_refuse(error))]
    _keep_results(request, results or [refusal(_("Only pictures can be shared with photosearch, not text or links."))])
    return HttpResponseRedirect(reverse("gallery:share"), status=303)


def _keep_results(request: PageRequest, results: Sequence[UploadResult]) -> None:
    request.session[RESULTS] = [
        {
            "filename": result.filename,
            "arrival": result.arrival.value,
            "photo": result.photo.pk if result.photo else None,
            "detail": result.detail,
        }
        for result in results
    ]


def _kept_results(request: PageRequest) -> list[dict[str, Any]]:
    """Return the kept results, with the photos that still exist."""
    results = request.session.get(RESULTS, [])
    photos = Photo.objects.visible_to(request.user).in_bulk([result["photo"] for result in results if result["photo"]])
    return [result | {"photo": photos.get(result["photo"])} for result in results]
