"""Understand what a person typed: words, "exact phrases", -without, and filters such as ext:png or after:2023-05."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from gallery.models import MAX_IMPORTANCE

MAX_QUERY_LENGTH = 1000
MAX_TERMS = 32
MAX_PIXELS = 1_000_000

# Filters, phrases in any of the quotation marks people type, words; each may be negated. NFKC has turned the full-width
# forms of : " - < > = into plain ones before.
TOKEN = re.compile(
    r"""
    (?P<minus> [-−–](?=\S) )?
    (?:
        (?P<key> ext|extension|filename|width|height|importance|after|before )
        : (?P<comparison> [<>]=? | = )? (?P<value> "[^"]*"? | [^\s"]+ )
        | "(?P<straight>[^"]*)"? | “(?P<curly>[^”]*)”? | 「(?P<corner>[^」]*)」?
        | (?P<word> [^\s"“「]+ )
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)
DATE = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")
CODE = re.compile(r"\d|@|[a-z]\.[a-z]", re.IGNORECASE)
EXTENSIONS = {"jpeg": "jpg", "jpe": "jpg", "tif": "tiff", "heif": "heic"}
SCRIPTS_OF_NAMES = {
    **dict.fromkeys(("cjk", "ideographic"), "han"),  # 々 is an "ideographic iteration mark".
    **dict.fromkeys(("hiragana", "katakana", "katakana-hiragana"), "kana"),  # ー is both.
}
NUMBERS = {"width": MAX_PIXELS, "height": MAX_PIXELS, "importance": MAX_IMPORTANCE}


class InvalidQuery(ValueError):
    """What was typed cannot be searched for; the message is a sentence for the person."""


@dataclass(frozen=True)
class Filters:
    """What a photo must be, whatever it shows; None and "" ask for nothing.

    Widths and heights are in pixels, limits inclusive; `after` includes its moment, `before` excludes it, both in the
    local time where the picture was taken.
    """

    extension: str = ""
    min_width: int | None = None
    max_width: int | None = None
    min_height: int | None = None
    max_height: int | None = None
    min_importance: int | None = None
    max_importance: int | None = None
    after: datetime | None = None
    before: datetime | None = None
    filename: str = ""

    def __or__(self, other: "Filters") -> "Filters":
        """These filters, and those of `other` where these ask for nothing."""
        mine = {field.name: getattr(self, field.name) for field in fields(self)}
        return replace(other, **{name: value for name, value in mine.items() if value not in (None, "")})

    def conditions(self) -> Iterator[tuple[str, str, object]]:
        """Yield (field of Photo, "exact" | "gte" | "lte" | "lt" | "icontains", value) for all that is asked for."""
        for name, field, comparison in (
            ("extension", "extension", "exact"),
            ("min_width", "width", "gte"),
            ("max_width", "width", "lte"),
            ("min_height", "height", "gte"),
            ("max_height", "height", "lte"),
            ("min_importance", "importance", "gte"),
            ("max_importance", "importance", "lte"),
            ("after", "taken_at", "gte"),
            ("before", "taken_at", "lt"),
            ("filename", "filename", "icontains"),
        ):
            value = getattr(self, name)
            if value not in (None, ""):
                yield field, comparison, value

    def photo_conditions(self) -> Q:
        """The same as a condition on Photo."""
        return Q(*((f"{field}__{comparison}", value) for field, comparison, value in self.conditions()))


@dataclass(frozen=True)
class Query:
    """What a person is looking for; all text is in Unicode's NFKC form, as typed otherwise."""

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    filters: Filters = Filters()

    @property
    def terms(self) -> tuple[str, ...]:
        """Everything a photo must say to be found by words."""
        return self.words + self.phrases

    @property
    def has_terms(self) -> bool:
        return bool(self.terms)

    @property
    def text(self) -> str:
        """The query for an encoder: its words in order, without filters and excluded ones."""
        return " ".join(self.terms)

    @property
    def is_exact(self) -> bool:
        """Only the very characters will do: something is quoted, or all is codes, numbers, addresses (NH961, a@b.c)."""
        return bool(self.phrases) or (bool(self.words) and all(is_code(word) for word in self.words))

    @cached_property
    def scripts(self) -> frozenset[str]:
        """The scripts that an encoder must read to understand the query."""
        return scripts_of(self.text)


def parse(text: str, *, filters: Filters | None = None) -> Query:
    """Read `text`; `filters` (of a form, say) hold where the text does not say otherwise.

    An unknown `key:value` is a word like any other; a number without a comparison is a lower limit.

    Raises:
        InvalidQuery: too long, or a known key with a value that makes no sense.
    """
    if len(text) > MAX_QUERY_LENGTH:
        raise InvalidQuery(_("This search is too long; %(limit)d characters are enough.") % {"limit": MAX_QUERY_LENGTH})
    words: list[str] = []
    phrases: list[str] = []
    excluded: list[str] = []
    typed = Filters()
    for token in TOKEN.finditer(normalize(text)):
        if token["key"]:
            typed = _read_filter(token) | typed
            continue
        phrase = token["straight"] or token["curly"] or token["corner"]
        term = (phrase or token["word"] or "").strip()
        if not any(character.isalnum() for character in term):
            continue
        (excluded if token["minus"] else phrases if phrase else words).append(term)
    if len(words) + len(phrases) + len(excluded) > MAX_TERMS:
        raise InvalidQuery(_("This search has too many words; %(limit)d are enough.") % {"limit": MAX_TERMS})
    return Query(tuple(words), tuple(phrases), tuple(excluded), typed | (filters or Filters()))


def normalize(text: str) -> str:
    """`text` in Unicode's NFKC form (full-width letters become plain ones), control characters become spaces."""
    composed = unicodedata.normalize("NFKC", text)
    return "".join(" " if unicodedata.category(character) == "Cc" else character for character in composed)


def is_code(word: str) -> bool:
    """Whether `word` is a code, a number or an address, of which a likeness is worth nothing."""
    return bool(CODE.search(word)) and "han" not in scripts_of(word)


def scripts_of(text: str) -> frozenset[str]:
    """The scripts of the letters in `text`, by the first word of their Unicode names: latin, han, cyrillic, kana …"""
    names = (unicodedata.name(character, "").split(" ")[0].lower() for character in text if character.isalpha())
    return frozenset(SCRIPTS_OF_NAMES.get(name, name) for name in names)


def _read_filter(token: re.Match[str]) -> Filters:
    key, comparison, value = token["key"].lower(), token["comparison"] or "", token["value"].strip('"')
    if token["minus"]:
        raise InvalidQuery(_("A filter such as “%(key)s:” cannot be excluded; leave out the minus.") % {"key": key})
    if key in {"ext", "extension"}:
        return Filters(extension=extension_of(value))
    if key == "filename":
        return Filters(filename=value)
    if key == "after":
        return Filters(after=_read_date(key, value))
    if key == "before":
        return Filters(before=_read_date(key, value))
    return _read_number(key, comparison, value)


def extension_of(value: str) -> str:
    """The extension under which files called `value` are kept: jpeg becomes jpg, and so on."""
    value = value.lower().lstrip(".")
    return EXTENSIONS.get(value, value)


def _read_number(key: str, comparison: str, value: str) -> Filters:
    if not value.isdecimal() or len(value) > len(str(MAX_PIXELS)) or int(value) > NUMBERS[key]:
        raise InvalidQuery(
            _("“%(key)s:” takes a whole number up to %(limit)d, for example %(key)s:>=3.")
            % {"key": key, "limit": NUMBERS[key]}
        )
    number = int(value)
    limits: dict[str, Any] = {
        f"min_{key}": {"<": None, "<=": None, ">": number + 1}.get(comparison, number),
        f"max_{key}": {"<": number - 1, "<=": number, "=": number}.get(comparison),
    }
    return Filters(**limits)


def _read_date(key: str, value: str) -> datetime:
    match = DATE.fullmatch(value)
    try:
        year, month, day = (int(part or 1) for part in match.groups()) if match else (0, 0, 0)
        return datetime(year, month, day)  # noqa: DTZ001 - pictures' times are local and have no zone
    except ValueError as error:
        raise InvalidQuery(
            _("“%(key)s:” takes a year, month or day, for example %(key)s:2023-05.") % {"key": key}
        ) from error
