"""Reasons for skipped files and cancelled imports, as sentences."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery.bulk_import.reading import GROWING, OUTSIDE, TOO_SMALL
from gallery.sources.source_files import PassedOverBecause

NOT_STARTED, NOT_CONTINUED = "not-started", "not-continued"
WORDS = {
    NOT_STARTED: gettext_lazy(
        "This import was not started within a day, so its archive has been removed. Send it again."
    ),
    NOT_CONTINUED: gettext_lazy("This import did not go on within a week, so its archive has been removed."),
    PassedOverBecause.VIDEO: gettext_lazy("film"),
    PassedOverBecause.MOTION: gettext_lazy("film of a live photo"),
    PassedOverBecause.SIDECAR: gettext_lazy("describes other files"),
    PassedOverBecause.HIDDEN: gettext_lazy("hidden file"),
    PassedOverBecause.SYSTEM: gettext_lazy("system file"),
    PassedOverBecause.IGNORED: gettext_lazy("to be ignored"),
    PassedOverBecause.PARTIAL: gettext_lazy("not complete yet"),
    PassedOverBecause.TRASHED: gettext_lazy("thrown away there"),
    PassedOverBecause.ENCRYPTED: gettext_lazy("encrypted, needs a key"),
    PassedOverBecause.UNSUPPORTED: gettext_lazy("no picture"),
    PassedOverBecause.UNREADABLE: gettext_lazy("cannot be opened"),
    TOO_SMALL: gettext_lazy("too small"),
    OUTSIDE: gettext_lazy("leads out of the folder"),
    PassedOverBecause.LINK: gettext_lazy("a link to another file"),
    GROWING: gettext_lazy("still being written"),
}


def in_words(reason: str) -> str:
    """A reason of the ledger in the language of the person who reads it."""
    return str(WORDS.get(reason) or (_(reason) if reason else ""))
