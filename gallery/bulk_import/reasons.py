"""Reasons for skipped files and cancelled imports, as texts for users."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery.bulk_import.reading import GROWING, OUTSIDE, TOO_SMALL
from gallery.models import ImportItem
from gallery.sources.companions import CompanionRole
from gallery.sources.source_files import SkipReason

NOT_STARTED, NOT_CONTINUED = "not-started", "not-continued"
REASON_TEXTS = {
    NOT_STARTED: gettext_lazy("The import was not started within a day, so its archive was removed. Upload it again."),
    NOT_CONTINUED: gettext_lazy("The import was not resumed within a week, so its archive was removed."),
    SkipReason.VIDEO: gettext_lazy("video file"),
    SkipReason.MOTION: gettext_lazy("video of a live photo"),
    CompanionRole.RAW: gettext_lazy("camera raw, kept with its picture"),
    CompanionRole.FILM: gettext_lazy("film, kept with its picture"),
    SkipReason.SIDECAR: gettext_lazy("sidecar with metadata"),
    SkipReason.ORPHAN: gettext_lazy("sidecar without its picture"),
    SkipReason.OVERSIZED: gettext_lazy("sidecar larger than 1 MB"),
    SkipReason.HIDDEN: gettext_lazy("hidden file"),
    SkipReason.SYSTEM: gettext_lazy("system file"),
    SkipReason.IGNORED: gettext_lazy("excluded by a pattern"),
    SkipReason.PARTIAL: gettext_lazy("incomplete download"),
    SkipReason.TRASHED: gettext_lazy("in the trash of the other app"),
    SkipReason.ENCRYPTED: gettext_lazy("encrypted file"),
    SkipReason.UNSUPPORTED: gettext_lazy("not a picture"),
    SkipReason.UNREADABLE: gettext_lazy("cannot be opened"),
    SkipReason.ARCHIVE: gettext_lazy("archive: import it by itself"),
    SkipReason.DAMAGED_REST: gettext_lazy("the rest of this archive is missing or damaged"),
    TOO_SMALL: gettext_lazy("too small"),
    OUTSIDE: gettext_lazy("outside the folder"),
    SkipReason.LINK: gettext_lazy("symbolic link"),
    GROWING: gettext_lazy("still being written"),
}


def explain(item: ImportItem) -> str:
    """Return the reason of an item in the active language, or the damage that processing has found in its photo."""
    if item.reason or item.photo is None:
        return reason_text(item.reason)
    damage = item.photo.defect or item.photo.note
    return _("Imported, but damaged: %(damage)s") % {"damage": _(damage)} if damage else ""


def reason_text(reason: str) -> str:
    """Return the text of a stored reason (a word, or an English sentence) in the active language."""
    return str(REASON_TEXTS.get(reason) or (_(reason) if reason else ""))
