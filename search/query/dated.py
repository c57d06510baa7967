"""Dates of photos: the column that filters compare, and the filter for days, months, years and recurring dates."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q
from django.utils.translation import gettext as _

from gallery.models import Photo
from gallery.text.canonical import forms, pattern
from search.query.columns import Column
from search.query.conditions import TEXT_FIELDS
from search.query.dates import Period
from search.query.recurring import read_periods
from search.query.values import Comparison, InvalidQuery, TypedValue, midnight


@dataclass(frozen=True)
class Dates:
    """Periods in which photos were taken; with `spellings`, also photos that show one of these spellings of each date.

    One period per year for a date without a year.
    """

    periods: tuple[Period, ...]
    spellings: tuple[tuple[str, ...], ...] = field(default=())

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
        return taken | self._shows(value) if value.spellings else taken

    def _within(self, period: Period) -> Q:
        since, until = midnight(period.first), midnight(period.end)
        return super().condition("gte", since) & super().condition("lt", until)

    def _shows(self, dates: Dates) -> Q:
        """Return the condition that a text shows all dates.

        Subqueries use the index of each field, and one expression of all spellings reads each index once.
        """
        shown = Q()
        for patterns in dates.patterns():
            one_of_them = "|".join(map(re.escape, patterns))
            found = (Photo.objects.filter(**{f"{name}__regex": one_of_them}).values("pk") for name in TEXT_FIELDS)
            shown &= reduce(or_, (Q(pk__in=photos) for photos in found))
        return shown


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
