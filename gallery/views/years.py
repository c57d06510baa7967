"""The overview of years and months, with links into the timeline."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gallery.access import PageRequest
from gallery.photos.scopes import Scope
from gallery.photos.years import MonthCount, Year, years_of


@require_safe
def show_years(request: PageRequest) -> HttpResponse:
    """Show the years and months of the timeline, with a few covers each."""
    years = years_of(Scope(), user=request.user)
    calendars = [(year, _calendar(year)) for year in years]
    return render(request, "gallery/photos/years.html", {"calendars": calendars})


def _calendar(year: Year) -> list[tuple[datetime, MonthCount | None]]:
    """Return the first days of the twelve months, each with the count if it has photos."""
    counts = {month.first.month: month for month in year.months}
    return [(year.first.replace(month=number), counts.get(number)) for number in range(1, 13)]
