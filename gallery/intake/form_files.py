"""Stores the pictures of a submitted form, and returns the result of each file."""

from typing import IO, cast

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import TooManyFilesSent
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _

from gallery.access.body_limits import too_large
from gallery.access.spooling import LargeFileSkipper
from gallery.intake.upload import UploadResult, try_upload
from gallery.models import Arrival


def refusal(sentence: str, *, filename: str = "", kind: str = "invalid") -> UploadResult:
    """Return the result of a refused file, or of a refused form."""
    return UploadResult(filename, Arrival.REFUSED, detail=sentence, kind=kind)


class FormFiles:
    """The `files` of a form, which is read later. Files over the limit are skipped, whatever their number."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._skipper = LargeFileSkipper(request)
        request.upload_handlers.insert(0, self._skipper)

    @property
    def number(self) -> int:
        """The number of files, skipped ones included."""
        return len(self._received) + len(self._skipper.skipped)

    def store(self, *, owner: AbstractBaseUser, album_id: int | None = None) -> list[UploadResult]:
        """Store each picture and add it to the album, or refuse it. Raises Http404 for an album of another user."""
        received, sentence = self._received, too_large(settings.MAX_UPLOAD_BYTES)
        results = [refusal(sentence, filename=name, kind="too-large") for name in self._skipper.skipped]
        return results + [
            try_upload(cast(IO[bytes], file), owner=owner, filename=file.name or "", album_id=album_id)
            for file in received
        ]

    @property
    def _received(self) -> list[UploadedFile]:
        return cast(list[UploadedFile], self._request.FILES.getlist("files"))


def reason_to_refuse(error: TooManyFilesSent | MultiPartParserError) -> str:
    """Return the sentence for a form that cannot be read."""
    if isinstance(error, TooManyFilesSent):
        limit = settings.DATA_UPLOAD_MAX_NUMBER_FILES
        return _("At most %(limit)d files can be uploaded at once.") % {"limit": limit}
    return _("The files arrived damaged. Send them again.")
