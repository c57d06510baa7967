"""Dates of photos: the column that filters compare, and the filter for days, months, years and recurring dates."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import and_, or_

from django.db.models import Q
from django.utils.translation import gettext as _

from gallery.models import IsOneOf
from gallery.text.canonical import forms, pattern
from search.query.columns import Column, contains_one
from search.query.conditions import TEXT_FIELDS
from search.query.dates import Period
from search.query.recurring import read_periods
from search.query.values import Comparison, InvalidQuery, TypedValue, midnight


@dataclass(frozen=True)
class Dates:
    """Periods in which photos were taken; with `spellings`, also photos that show one of these spellings of each date.

    One period per year for a date without a year. `shown_by` are the ids of the photos that show the dates, once they
    are known.
    """

    periods: tuple[Period, ...]
    spellings: tuple[tuple[str, ...], ...] = field(default=())
    shown_by: tuple[int, ...] | None = None

    def include(self, moment: datetime) -> bool:
        """Return whether `moment` is within one of the periods."""
        return any(period.first <= moment.date() < period.end for period in self.periods)

    def patterns(self) -> list[list[str]]:
        """Return for each date the substrings of folded texts that show it."""
        return [
            list(dict.fromkeys(pattern(form, is_whole=True) for spelling in date for form in forms(spelling)))
            for date in self.spellings
        ]


class DatedColumn(Column):
    """The moment by which the timeline and searches order a photo: when it was taken, or else uploaded."""

    def condition(self, comparison: str, value: object) -> Q:
        if not isinstance(value, Dates):
            return super().condition(comparison, value)
        taken = reduce(or_, (self._within(period) for period in value.periods), Q(pk__in=[]))
        if not value.spellings:
            return taken
        return taken | (shows(value) if value.shown_by is None else Q(IsOneOf("pk", value.shown_by)))

    def _within(self, period: Period) -> Q:
        since, until = midnight(period.first), midnight(period.end)
        return super().condition("gte", since) & super().condition("lt", until)


def shows(dates: Dates) -> Q:
    """Return the condition that the texts of a photo show all dates."""
    shown = (contains_one(patterns, fields=TEXT_FIELDS) for patterns in dates.patterns())
    return reduce(and_, shown, Q())


@dataclass(frozen=True)
class Days:
    """A day, month, year or range, or a date without a year, which comes back every year."""

    def limits(self, name: str) -> dict[str, Comparison]:
        return {name: "dated"}

    def read(self, typed: TypedValue, *, name: str) -> dict[str, object]:
        """Return the limits `after` and `before`, or `name` for a date that comes back. Raises InvalidQuery."""
        dates = self.read_dates(typed)
        if len(dates.periods) > 1:
            return {name: dates}
        (period,) = dates.periods
        return {"after": midnight(period.first), "before": midnight(period.end)}

    def read_dates(self, typed: TypedValue) -> Dates:
        """Return all periods that are meant. Raises InvalidQuery."""
        periods = read_periods(typed.text.strip(), today=typed.today)
        if not periods:
            message = _("“%(key)s:” takes a day, month, year or range, for example %(key)s:2023-05 or %(key)s:may.")
            raise InvalidQuery(message % {"key": typed.key})
        return Dates(periods)
