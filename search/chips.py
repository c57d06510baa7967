"""Chips above the results, one for each filter: links to the same search without that filter."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from django.forms import BoundField
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gallery.models import Album
from search.forms import SearchForm
from search.query.dates import Period
from search.query.filters import LIMITS
from search.query.parser import Query
from search.ranking.results import SearchPage


@dataclass(frozen=True)
class Chip:
    """The label and value of a filter, and query strings of related searches.

    `rest` is the search without the filter. `as_words`, for a date, searches the same characters as a phrase;
    `as_filter`, for a date that pictures may show, finds only photos taken then.
    """

    label: str
    value: str
    rest: str
    as_words: str = ""
    as_filter: str = ""


@dataclass(frozen=True)
class OfferChip:
    """A word of the query that may also mean a date: the search for the `photos` taken then."""

    label: str
    photos: int
    target: str


def chips_of(form: SearchForm, query: Query, *, album: Album | None = None) -> list[Chip]:
    """Return the chips of the filters in `query`, then those of the fields of the valid `form`, with its album."""
    in_album = [Chip(_("Album"), album.name, form.address(album=""))] if album else []
    return [*in_album, *_typed_chips(form, query), *_form_chips(form)]


def offer_chips(form: SearchForm, page: SearchPage) -> list[OfferChip]:
    """Return a chip for each date that a word of the query may mean."""
    return [
        OfferChip(_("Taken: %(date)s") % {"date": offer.text}, offer.photos, form.address(q=offer.query))
        for offer in page.offers
    ]


def title_of(address: str) -> str:
    """Return the words and filters of the search at `address` (a query string), as a title."""
    return _title_in(get_language(), address)


@lru_cache(maxsize=1000)
def _title_in(_language: str, address: str) -> str:
    form = SearchForm(QueryDict(address))
    if not form.is_valid():
        return address
    filters = [f"{chip.label}: {chip.value}" for chip in _form_chips(form)]
    like = [_("Similar to a photo")] if form.cleaned_data["photo"] else []
    album = [_("In an album")] if form.cleaned_data["album"] else []
    return " · ".join(filter(None, [form.cleaned_data["q"], *like, *album, *filters]))


def _typed_chips(form: SearchForm, query: Query) -> Iterator[Chip]:
    for typed in query.typed:
        rest = form.address(q=typed.without)
        if typed.period:
            label = _("Taken or shown") if typed.as_filter else _("Taken")
            as_filter = form.address(q=typed.as_filter) if typed.as_filter else ""
            yield Chip(label, show_period(typed.period), rest, form.address(q=typed.as_phrase), as_filter)
        else:
            key, _colon, value = typed.text.partition(":")
            as_words = form.address(q=typed.as_phrase) if typed.as_phrase else ""
            yield Chip(key, value.strip(' "'), rest, as_words)


def _form_chips(form: SearchForm) -> Iterator[Chip]:
    for field in form.filter_fields:
        value = form.cleaned_data[field.name]
        if form.data.get(field.name) and value not in (None, ""):
            yield Chip(str(field.label), _shown(field, value), form.address(**{field.name: ""}))


def show_period(period: Period) -> str:
    """Return the shortest text for `period`: a year, a month, a day, or the first and last day."""
    first, last = period.first, period.end - timedelta(days=1)
    if first == last:
        return date_format(first, "DATE_FORMAT")
    if (first.day, last) == (1, _end_of_month(first)):
        return date_format(first, "YEAR_MONTH_FORMAT")
    if (first.month, first.day, last) == (1, 1, date(first.year, 12, 31)):
        return str(first.year)
    return f"{date_format(first, 'DATE_FORMAT')} – {date_format(last, 'DATE_FORMAT')}"


def _end_of_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _shown(field: BoundField, value: Any) -> str:
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    if labels := dict(getattr(field.field, "choices", ())):
        return str(labels[value])
    return f"{value} {LIMITS[field.name].unit}".strip()
