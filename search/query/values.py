"""The kinds of values that filters compare with; each reads its values from what a user types after `key:`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Literal, TypeAlias

from django.utils.translation import gettext as _

from gallery.text.canonical import forms
from search.query.dates import read_date

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Comparison = Literal["exact", "gte", "lte", "lt", "icontains", "dated", "archived", "starred"]
Label: TypeAlias = "str | _StrPromise"

MAX_DIGITS = 7
MAX_TEXT_LENGTH = 255
YEAR = re.compile(r"\d{4}")
SIGNS = {"≤": "<=", "≥": ">="}


class InvalidQuery(ValueError):
    """The query cannot be searched for; the message is shown to the user."""


@dataclass(frozen=True)
class TypedValue:
    """The parts of a filter such as width:>=500: its key, comparison (may be empty) and text, and the day it is read.

    Relative dates (yesterday) count back from `today`. `is_excluded`: behind a minus sign.
    """

    key: str
    comparison: str
    text: str
    today: date
    is_excluded: bool = False


@dataclass(frozen=True)
class Choice:
    """One of `options` (labels by value); `spellings` are further words to type."""

    options: Mapping[str, Label]
    spellings: Mapping[str, str]

    def limits(self, name: str) -> dict[str, Comparison]:
        """Return the limits that a filter called `name` sets, and how each compares."""
        return {name: "exact"}

    def read(self, typed: TypedValue, *, name: str) -> dict[str, object]:
        """Return values for the limits of a filter called `name`. Raises InvalidQuery."""
        text = typed.text.lower()
        value = self.spellings.get(text, text)
        if value not in self.options:
            message = _("“%(key)s:” takes one of these: %(options)s.")
            raise InvalidQuery(message % {"key": typed.key, "options": ", ".join(self.options)})
        return {name: value}


@dataclass(frozen=True)
class Facts:
    """Something that is true of a photo, or behind a minus sign false; each of the `options` is a limit of its own."""

    options: Mapping[Literal["archived", "starred"], Label]
    spellings: Mapping[str, str]

    def limits(self, name: str) -> dict[str, Comparison]:
        return {f"{name}_{option}": option for option in self.options}

    def read(self, typed: TypedValue, *, name: str) -> dict[str, object]:
        """Return whether the fact is to be true. Raises InvalidQuery for unknown ones."""
        option = Choice({str(option): label for option, label in self.options.items()}, self.spellings)
        return {f"{name}_{option.read(typed, name=name)[name]}": not typed.is_excluded}


@dataclass(frozen=True)
class WholeNumber:
    """A whole number, limited from below, from above, or both; forms offer a rating as stars.

    `unit` follows values on chips; `placeholder` is shown in empty fields.
    """

    smallest: int
    largest: int
    unit: str = ""
    placeholder: Label = ""
    is_rating: bool = False

    def limits(self, name: str) -> dict[str, Comparison]:
        return {f"min_{name}": "gte", f"max_{name}": "lte"}

    def read(self, typed: TypedValue, *, name: str) -> dict[str, object]:
        """Return values for the limits of a filter called `name`; without a comparison for the lower one."""
        text = typed.text
        if not text.isdecimal() or len(text) > MAX_DIGITS or int(text) > self.largest:
            message = _("“%(key)s:” takes a whole number up to %(limit)d, for example %(key)s:>=3.")
            raise InvalidQuery(message % {"key": typed.key, "limit": self.largest})
        number, comparison = int(text), SIGNS.get(typed.comparison, typed.comparison)
        return {
            f"min_{name}": {"<": None, "<=": None, ">": number + 1}.get(comparison, number),
            f"max_{name}": {"<": number - 1, "<=": number, "=": number}.get(comparison),
        }


@dataclass(frozen=True)
class Moment:
    """A moment in the local time where the picture was taken; typed as a year or a date (see search.query.dates)."""

    comparison: Literal["gte", "lt"]

    def limits(self, name: str) -> dict[str, Comparison]:
        return {name: self.comparison}

    def read(self, typed: TypedValue, *, name: str) -> dict[str, object]:
        """Return the first moment of the period. Raises InvalidQuery."""
        try:
            if YEAR.fullmatch(typed.text):
                return {name: midnight(date(int(typed.text), 1, 1))}
            if period := read_date(typed.text, today=typed.today):
                return {name: midnight(period.first)}
        except ValueError:
            pass  # The year 0000.
        message = _("“%(key)s:” takes a year, month or day, for example %(key)s:2023-05.")
        raise InvalidQuery(message % {"key": typed.key})


@dataclass(frozen=True)
class TextPart:
    """A part of a text, compared in its canonical form."""

    def limits(self, name: str) -> dict[str, Comparison]:
        return {name: "icontains"}

    def read(self, typed: TypedValue, *, name: str) -> dict[str, object]:
        """Return the part. Raises InvalidQuery for punctuation only."""
        if not forms(typed.text):
            message = _("“%(key)s:” takes a part of a text with letters or digits.")
            raise InvalidQuery(message % {"key": typed.key})
        return {name: typed.text}


@dataclass(frozen=True)
class AlbumOf:
    """An album: typed as a part of its name; forms and addresses name it by its id."""

    def limits(self, name: str) -> dict[str, Comparison]:
        return {name: "exact", f"{name}_name": "icontains"}

    def read(self, typed: TypedValue, *, name: str) -> dict[str, object]:
        """Return the part of a name. Raises InvalidQuery for punctuation only."""
        return TextPart().read(typed, name=f"{name}_name")


def midnight(day: date) -> datetime:
    """Return the first moment of `day` in local time; pictures' times have no zone."""
    return datetime.combine(day, time())
