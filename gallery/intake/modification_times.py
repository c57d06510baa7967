"""Modification times of files, as browsers and programs send them with an upload."""

from datetime import UTC, datetime

from django.utils.translation import gettext_lazy as _

from gallery.pictures.metadata import is_believable

NOT_A_TIME = _("“modified_at” must be a time with its zone, such as 2024-05-01T18:30:00Z.")


def read_modification_time(text: str) -> datetime | None:
    """Return a time written in ISO 8601 with its zone; None if no picture can be of that time.

    Raises:
        ValueError: the text is no such time.
    """
    written = datetime.fromisoformat(text)
    if written.tzinfo is None:
        raise ValueError(text)
    try:
        moment = written.astimezone(UTC)
    except OverflowError:
        return None
    return moment if is_believable(moment.replace(tzinfo=None)) else None
