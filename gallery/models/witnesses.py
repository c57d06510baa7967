"""The witnesses that state values about a photo, such as its date."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Witness(models.TextChoices):
    """The origin of a value, most trustworthy first (`gallery.claims.ladder`)."""

    PERSON = "person", _("set manually")
    EXIF = "exif", _("metadata in the file")
    SIDECAR = "sidecar", _("sidecar file")
    GPS = "gps", _("GPS")
    FILENAME = "filename", _("file name")
    FOLDER = "folder", _("folder")
    CHANGED = "changed", _("last change by a program")
    FILE = "file", _("file time")
