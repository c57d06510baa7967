"""A suggestion below the search box, and the part of its text that the user has typed."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from django.db.models import TextChoices
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from gallery.models import Photo
from gallery.text.canonical import forms, passages
from search.keywords.completion import start_of


class Kind(TextChoices):
    """The kinds of suggestions, with the label of each row."""

    RECENT = "recent", _("recent search")
    SAVED = "saved", _("saved search")
    FILTER = "filter", _("filter")
    WORD = "word", _("in your pictures")
    CAMERA = "camera", _("camera")
    FILE = "file", _("file")
    EXAMPLE = "example", _("example")


@dataclass(frozen=True)
class Suggestion:
    """A row below the search box: its kind, its text with the typed part in <mark>, and its address.

    `query` is what the row means in the search box, `detail` explains the text. A row that `continues` does not search
    yet, but goes on with its query in the box. `photo` is the photo of a file name, or
    that of a search for similar ones.
    """

    kind: Kind
    text: SafeString
    query: str
    address: str
    detail: str | Promise = ""
    continues: bool = False
    photo: Photo | None = None

    @classmethod
    def to_search(cls, kind: Kind, text: str, *, query: str, typed: str, detail: str | Promise = "") -> Self:
        """Return a row that searches for `query`."""
        return cls(kind, mark_typed(text, typed), query, address_of(query), detail)


def address_of(query: str) -> str:
    """Return the address of the search for `query`."""
    return f"{reverse('search:search')}?{urlencode({'q': query})}"


def quoted_value(key: str, value: str) -> str:
    """Return a filter with `value`, in quotation marks if it would not be one word."""
    bare = value.replace('"', "")
    return f'{key}:"{bare}"' if any(map(str.isspace, bare)) else f"{key}:{bare}"


def mark_typed(text: str, typed: str) -> SafeString:
    """Return `text` as safe HTML, with the first place of `typed` in <mark>."""
    begin, end = _place_of(typed, text) or (0, 0)
    if begin == end:
        return format_html("{}", text)
    return format_html("{}<mark>{}</mark>{}", text[:begin], text[begin:end], text[end:])


def contains_typed(text: str, typed: str) -> bool:
    """Return True if `text` contains `typed`, from the start of a word on."""
    return _place_of(typed, text) is not None


def _place_of(typed: str, text: str) -> tuple[int, int] | None:
    """Return where `typed` begins and ends in `text`."""
    if typed and text.lower().startswith(typed.lower()):
        return 0, len(typed)
    places = []
    for passage in passages(text):
        for form in forms(typed):
            start = start_of(form)
            if (at := passage.text.find(start)) >= 0:
                end = at + len(start)
                places.append((passage.origins[end - len(form)], passage.origins[end - 1] + 1))
    return min(places, default=None)
