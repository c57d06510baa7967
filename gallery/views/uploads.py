"""The upload page: a form for several pictures, which scripts use for one picture at a time, answered in JSON."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import TooManyFilesSent
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from gallery.access import PageRequest
from gallery.access.transfers import limit_transfers
from gallery.access.upload_answers import describe_photo, status_of
from gallery.albums.forms import AlbumIdForm
from gallery.intake.form_files import FormFiles, reason_to_refuse, refusal
from gallery.intake.upload import UploadResult
from gallery.models import Album
from gallery.processing.reading import count_photos_being_read


# Login, origin and cookie are checked before the body, which contains the token, is read.
@csrf_exempt
@limit_transfers
@require_http_methods(["GET", "HEAD", "POST"])
def upload_pictures(request: PageRequest) -> HttpResponse:
    """Show the upload page; on POST, store the `files` and show the result of each."""
    if request.method != "POST":
        return _page(request, album=_album(request, request.GET))
    wants_json = request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    files = FormFiles(request)
    try:
        return csrf_protect(_store_all)(request, files, wants_json=wants_json)
    except (TooManyFilesSent, MultiPartParserError) as error:
        return _answer(request, [refusal(reason_to_refuse(error))], wants_json=wants_json)


@require_safe
def count_reading(request: PageRequest) -> JsonResponse:
    """Send the number of new photos that are still being read."""
    return JsonResponse({"photos": count_photos_being_read(user=request.user)})


def _store_all(request: PageRequest, files: FormFiles, *, wants_json: bool) -> HttpResponse:
    album = _album(request, request.POST)
    if wants_json and files.number > 1:
        return _answer(request, [refusal(_("Send one file per request."))], wants_json=True)
    results = files.store(owner=request.user, album_id=album.pk if album else None)
    results = results or [refusal(_("Select at least one picture."))]
    return _answer(request, results, wants_json=wants_json, album=album)


def _album(request: PageRequest, fields: QueryDict) -> Album | None:
    """Return the album to which the pictures are added, if `fields` name one. Raises Http404."""
    form = AlbumIdForm(fields)
    if not form.is_valid():
        raise Http404
    album_id = form.cleaned_data["album"]
    return Album.objects.get_visible_or_404(album_id, user=request.user) if album_id else None


def _answer(
    request: PageRequest, results: list[UploadResult], *, wants_json: bool, album: Album | None = None
) -> HttpResponse:
    """Return the one result as JSON, or the page with all results."""
    if wants_json:
        (result,) = results
        if result.photo is None:
            content: dict[str, Any] = {"detail": result.detail}
        else:
            content = describe_photo(result.photo.pk, result.arrival)
        return JsonResponse(content, status=status_of(result.arrival, result.kind))
    return _page(request, results, album=album)


def _page(request: PageRequest, results: Sequence[UploadResult] = (), *, album: Album | None = None) -> HttpResponse:
    """Return the page; its status is that of a stored file if there is one, otherwise that of the first refusal."""
    statuses = [status_of(result.arrival, result.kind) for result in results]
    stored = [status for status in statuses if status < 300]
    return render(
        request,
        "gallery/uploads/upload.html",
        {"results": results, "shown_album": album},
        status=max(stored) if stored else (statuses or [200])[0],
    )
