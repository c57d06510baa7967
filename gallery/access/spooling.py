"""Spools uploaded files below the media folder, where abandoned ones are swept up."""

from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, TemporaryFileUploadHandler
from django.http import HttpRequest

from gallery.storage.files import temporary_folder


class SpooledFile(TemporaryUploadedFile):
    """An uploaded file below MEDIA_ROOT instead of the machine's temporary folder; removed when closed."""

    def __init__(self, name: str | None, content_type: str | None, charset: str | None, extra: Any) -> None:
        file = NamedTemporaryFile(suffix=".upload", dir=temporary_folder())  # noqa: SIM115 - closed with the request
        UploadedFile.__init__(self, file, name, content_type, 0, charset, extra)


class SpoolInMediaFolder(TemporaryFileUploadHandler):
    """Django's upload handler for large files, with our folder."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        FileUploadHandler.new_file(self, *args, **kwargs)
        self.file: SpooledFile = SpooledFile(self.file_name, self.content_type, self.charset, self.content_type_extra)


class LargeFileSkipper(FileUploadHandler):
    """Upload handler that skips files over MAX_UPLOAD_BYTES and collects their names in `skipped`."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.skipped: list[str] = []

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the chunk on, or skip the file."""
        if start + len(raw_data) > settings.MAX_UPLOAD_BYTES:
            self.skipped.append(self.file_name or "")
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handlers."""
