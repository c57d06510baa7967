"""Reasons for skipped files and cancelled imports, as sentences."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery.bulk_import.reading import GROWING, OUTSIDE, TOO_SMALL
from gallery.sources.source_files import SkipReason

NOT_STARTED, NOT_CONTINUED = "not-started", "not-continued"
WORDS = {
    NOT_STARTED: gettext_lazy(
        "This import was not started within a day, so its archive has been removed. Send it again."
    ),
    NOT_CONTINUED: gettext_lazy("This import did not go on within a week, so its archive has been removed."),
    SkipReason.VIDEO: gettext_lazy("film"),
    SkipReason.MOTION: gettext_lazy("film of a live photo"),
    SkipReason.SIDECAR: gettext_lazy("describes other files"),
    SkipReason.HIDDEN: gettext_lazy("hidden file"),
    SkipReason.SYSTEM: gettext_lazy("system file"),
    SkipReason.IGNORED: gettext_lazy("to be ignored"),
    SkipReason.PARTIAL: gettext_lazy("not complete yet"),
    SkipReason.TRASHED: gettext_lazy("thrown away there"),
    SkipReason.ENCRYPTED: gettext_lazy("encrypted, needs a key"),
    SkipReason.UNSUPPORTED: gettext_lazy("no picture"),
    SkipReason.UNREADABLE: gettext_lazy("cannot be opened"),
    TOO_SMALL: gettext_lazy("too small"),
    OUTSIDE: gettext_lazy("leads out of the folder"),
    SkipReason.LINK: gettext_lazy("a link to another file"),
    GROWING: gettext_lazy("still being written"),
}


def in_words(reason: str) -> str:
    """A reason of the ledger in the language of the person who reads it."""
    return str(WORDS.get(reason) or (_(reason) if reason else ""))
