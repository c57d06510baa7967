"""Files that come in forms and are too large for memory wait on the disk of the pictures, and are swept up there."""

from tempfile import NamedTemporaryFile
from typing import Any

from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler

from gallery.files import temporary_folder


class SpooledFile(TemporaryUploadedFile):
    """A file of a form, below MEDIA_ROOT instead of in the machine's temporary folder; gone when it is closed."""

    def __init__(self, name: str | None, content_type: str | None, charset: str | None, extra: Any) -> None:
        file = NamedTemporaryFile(suffix=".upload", dir=temporary_folder())  # noqa: SIM115 - closed with the request
        UploadedFile.__init__(self, file, name, content_type, 0, charset, extra)


class SpoolBesidePictures(TemporaryFileUploadHandler):
    """Django's handler of large files, writing to our folder."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        FileUploadHandler.new_file(self, *args, **kwargs)
        self.file: SpooledFile = SpooledFile(self.file_name, self.content_type, self.charset, self.content_type_extra)
