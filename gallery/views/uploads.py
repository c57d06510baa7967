"""Take pictures from the browser: several in a form, or one in a request of its own that is answered in JSON."""

from dataclasses import dataclass
from typing import IO, Any, cast

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import TooManyFilesSent
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from gallery.access import PageRequest
from gallery.access.transfers import limit_transfers
from gallery.intake.upload import Arrival, store_upload
from gallery.models import PartialUpload, Photo
from gallery.pictures.images import ImageTooLarge, InvalidImage, UnsupportedImage


@dataclass(frozen=True)
class Outcome:
    """The outcome of one file: `status` as in HTTP (201 new, 200 known), and the reason for a refusal.

    For known bytes, `detail` says where they are unless in the gallery. `kind` is the API's type of a refusal if the
    status does not determine it.
    """

    filename: str
    status: int
    photo: Photo | None = None
    detail: str = ""
    kind: str = ""

    def as_json(self) -> dict[str, Any]:
        """What the page's own script reads."""
        if self.photo is None:
            return {"detail": self.detail}
        status = "created" if self.status == 201 else "restored" if self.detail else "duplicate"
        return {"id": self.photo.pk, "status": status, "url": reverse("gallery:photo", args=[self.photo.pk])}


class LargeFileSkipper(FileUploadHandler):
    """Stops storing a file that grows over the limit, and remembers its name."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.skipped: list[str] = []

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Hand on what is within the limit."""
        if start + len(raw_data) > settings.MAX_UPLOAD_BYTES:
            self.skipped.append(self.file_name or "")
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handlers behind."""


# Login, origin and cookie are checked before the body, which contains the token, is read.
@csrf_exempt
@limit_transfers
@require_http_methods(["GET", "HEAD", "POST"])
def upload_pictures(request: PageRequest) -> HttpResponse:
    """The upload page; posted to, the fate of each of the `files`."""
    if request.method != "POST":
        return _page(request)
    wants_json = request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    skipper = LargeFileSkipper(request)
    request.upload_handlers.insert(0, skipper)
    try:
        return csrf_protect(_store_all)(request, skipper, wants_json=wants_json)
    except TooManyFilesSent:
        sentence = _("At most %(limit)d files can be sent at once.") % {"limit": settings.DATA_UPLOAD_MAX_NUMBER_FILES}
    except MultiPartParserError:
        sentence = _("The files did not arrive whole. Send them again.")
    return _answer(request, [Outcome("", 400, detail=sentence)], wants_json=wants_json)


def too_large(limit: int | None = None) -> str:
    """Return the refusal of a file larger than `limit`, by default that of pictures."""
    limit_in_words = filesizeformat(settings.MAX_UPLOAD_BYTES if limit is None else limit)
    return _("This file is too large; at most %(limit)s are allowed.") % {"limit": limit_in_words}


def _store_all(request: PageRequest, skipper: LargeFileSkipper, *, wants_json: bool) -> HttpResponse:
    files: list[UploadedFile] = request.FILES.getlist("files")
    outcomes = [Outcome(name, 413, detail=too_large()) for name in skipper.skipped]
    if wants_json and len(files) + len(skipper.skipped) > 1:
        outcomes = [Outcome("", 400, detail=_("Send one file per request."))]
    else:
        outcomes += [store_file(cast(IO[bytes], file), owner=request.user, filename=file.name or "") for file in files]
    return _answer(
        request,
        outcomes or [Outcome("", 400, detail=_("Choose at least one picture."))],
        wants_json=wants_json,
    )


def store_file(file: IO[bytes], *, owner: User, filename: str, brought_by: PartialUpload | None = None) -> Outcome:
    """Store a picture and say what became of it."""
    try:
        photo, arrival = store_upload(file, owner=owner, filename=filename, brought_by=brought_by)
    except UnsupportedImage as error:
        return Outcome(filename, 415, detail=str(error))
    except ImageTooLarge as error:
        return Outcome(filename, 413, detail=str(error), kind=error.kind)
    except InvalidImage as error:
        return Outcome(filename, 400, detail=str(error), kind="invalid")
    detail = _("Taken out of the bin") if arrival is Arrival.BINNED else ""
    return Outcome(filename, 201 if arrival is Arrival.NEW else 200, photo, detail)


def _answer(request: PageRequest, outcomes: list[Outcome], *, wants_json: bool) -> HttpResponse:
    """One outcome in JSON, or the page with all; what was stored decides the status before what was refused."""
    if wants_json:
        return JsonResponse(outcomes[0].as_json(), status=outcomes[0].status)
    return _page(request, outcomes)


def _page(request: PageRequest, outcomes: list[Outcome] | None = None) -> HttpResponse:
    statuses = [outcome.status for outcome in outcomes or []]
    stored = [status for status in statuses if status < 300]
    return render(
        request,
        "gallery/uploads/upload.html",
        {"outcomes": outcomes},
        status=max(stored) if stored else (statuses or [200])[0],
    )
