"""Pages' addresses for uploads in pieces (tus 1.0, see gallery.intake.tus), and for finding files already uploaded."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required, login_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gallery.access import PageRequest
from gallery.access.parsing import read_json
from gallery.access.problems import lacks_length
from gallery.access.upload_answers import TUS_VERSION, answer_progress, answer_refusal, answer_tus, override_method
from gallery.albums.contents import add_photos
from gallery.albums.forms import AlbumIdForm
from gallery.intake import tus
from gallery.intake.tus_headers import LengthMissing
from gallery.intake.upload import known_checksums
from gallery.models import Arrival, PartialUpload, Photo
from gallery.pictures.digests import read_checksum
from gallery.storage.partial_uploads import UploadRefusal

MAX_CHECKSUMS = 1000

View = Callable[..., HttpResponse]


def speaks_tus(*methods: str) -> Callable[[View], View]:
    """Decorate a tus view of `methods`: OPTIONS needs no login, refusals are answered, every answer has the version."""

    def decorate(view: View) -> View:
        @wraps(view)
        def decorated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            override_method(request)
            if request.method == "OPTIONS":
                return answer_tus(204, tus.describe_server(is_archive=kwargs.get("is_archive", False)))
            response = login_required(_answering_refusals(view, methods))(request, *args, **kwargs)
            response.headers.setdefault("Tus-Resumable", TUS_VERSION)
            return response

        return login_not_required(decorated)

    return decorate


def _answering_refusals(view: View, methods: tuple[str, ...]) -> View:
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in methods:
            return answer_tus(405, {"Allow": ", ".join(methods)}, {"detail": _("This method is not allowed here.")})
        try:
            if lacks_length(request):
                raise LengthMissing
            return view(request, *args, **kwargs)
        except (UploadRefusal, PartialUpload.DoesNotExist) as error:
            return answer_refusal(error)

    return answering


@speaks_tus("POST")
def begin(request: PageRequest, *, resume: str = "gallery:resume_upload", is_archive: bool = False) -> HttpResponse:
    """Begin an upload, optionally with its first piece; `resume` is the URL name for the other pieces."""

    def location(upload: PartialUpload) -> str:
        return request.build_absolute_uri(reverse(resume, args=[upload.pk]))

    try:
        upload = tus.begin_upload(request.headers, request, owner=request.user, is_archive=is_archive)
    except tus.DamagedPiece as error:
        return answer_refusal(error, location=location(error.upload))
    return answer_progress(request, upload, status=201, location=location(upload))


@speaks_tus("HEAD", "PATCH", "DELETE")
def go_on(request: PageRequest, upload_id: UUID, *, is_archive: bool = False) -> HttpResponse:
    """Report the received bytes (HEAD), receive the next piece (PATCH), or cancel the upload (DELETE)."""
    upload = tus.get_upload(request.headers, upload_id, owner=request.user, is_archive=is_archive)
    if request.method == "DELETE":
        tus.cancel_upload(upload)
        return answer_tus(204)
    if request.method == "PATCH":
        tus.receive_piece(request.headers, request, upload)
    return answer_progress(request, upload, status=204 if request.method == "PATCH" else 200)


@require_POST
def find_known(request: PageRequest) -> JsonResponse:
    """Return which of many SHA-256 checksums the user already has, and which have unfinished uploads.

    With `album`, photos that the user already has are added to this album.
    """
    checksums, album_id = _checksums(request), _album_id(request)
    known = known_checksums(checksums, owner=request.user)
    if album_id:
        add_photos(album_id, Photo.objects.filter(pk__in=known.values()), user=request.user)
    # An upload for another album is not resumed: its photo would be added there.
    unfinished = PartialUpload.objects.filter(
        owner=request.user, arrival=Arrival.UNFINISHED, sha256__in=checksums, album=album_id
    ).order_by("touched_at")
    return JsonResponse(
        {
            "known": {sha256: reverse("gallery:photo", args=[photo_id]) for sha256, photo_id in known.items()},
            "partial": {upload.sha256: reverse("gallery:resume_upload", args=[upload.pk]) for upload in unfinished},
        }
    )


def _album_id(request: HttpRequest) -> int | None:
    form = AlbumIdForm({"album": read_json(request).get("album")})
    if not form.is_valid():
        raise BadRequest(_("“album” must be the id of an album."))
    album_id: int | None = form.cleaned_data["album"]
    return album_id


def _checksums(request: HttpRequest) -> list[str]:
    body = read_json(request)
    try:
        checksums = body["checksums"]
        if len(checksums) <= MAX_CHECKSUMS:
            return [read_checksum(checksum, digits=64) for checksum in checksums]
    except (ValueError, TypeError, LookupError):
        pass
    raise BadRequest(_("“checksums” must be a list of at most %(limit)d SHA-256 checksums.") % {"limit": MAX_CHECKSUMS})
