"""The fields of the search page; the address holds the same ones, so that a search can be kept and sent."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from gallery.images import EXTENSIONS
from gallery.models import MAX_IMPORTANCE
from search.query import MAX_PIXELS, MAX_QUERY_LENGTH, Filters

DEFAULT_LIMIT = 60
LIMITS = (20, DEFAULT_LIMIT, 120, 240)


class SearchForm(forms.Form):
    """Words and filters. Its widgets belong to the form around the search box, wherever on the page they stand."""

    q = forms.CharField(required=False, max_length=MAX_QUERY_LENGTH)
    extension = forms.ChoiceField(
        label=_("Type"),
        required=False,
        choices=[("", _("any")), *((extension, extension.upper()) for extension in sorted(set(EXTENSIONS.values())))],
    )
    min_width = forms.IntegerField(label=_("Width from"), required=False, min_value=1, max_value=MAX_PIXELS)
    min_height = forms.IntegerField(label=_("Height from"), required=False, min_value=1, max_value=MAX_PIXELS)
    min_importance = forms.TypedChoiceField(
        label=_("Importance from"),
        required=False,
        choices=[("", _("any")), *((stars, "★" * stars) for stars in range(1, MAX_IMPORTANCE + 1))],
        coerce=int,
        empty_value=None,
    )
    after = forms.DateField(label=_("Taken from"), required=False)
    before = forms.DateField(label=_("Taken before"), required=False)
    top = forms.TypedChoiceField(
        label=_("How many"),
        required=False,
        choices=[("", str(DEFAULT_LIMIT)), *((limit, str(limit)) for limit in LIMITS if limit != DEFAULT_LIMIT)],
        coerce=int,
        empty_value="",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs["form"] = "search"
            if isinstance(field, forms.DateField):
                # The browser's own picker speaks ISO 8601, whatever the page's language.
                field.widget = forms.DateInput({"type": "date", "form": "search"}, format="%Y-%m-%d")
                field.input_formats = ["%Y-%m-%d"]
            if name.startswith("min_") and isinstance(field, forms.IntegerField):
                field.widget.attrs |= {"placeholder": _("pixels"), "inputmode": "numeric"}

    @property
    def filter_fields(self) -> list[forms.BoundField]:
        """Everything but the search box."""
        return [field for field in self if field.name != "q"]

    @property
    def limit(self) -> int:
        """How many photos are asked for; of a valid form."""
        return int(self.cleaned_data["top"] or DEFAULT_LIMIT)

    def filters(self) -> Filters:
        """What a valid form asks of the photos, beside the words."""
        data = self.cleaned_data
        return Filters(
            extension=data["extension"],
            min_width=data["min_width"],
            min_height=data["min_height"],
            min_importance=data["min_importance"],
            after=_midnight(data["after"]),
            before=_midnight(data["before"]),
        )

    def chips(self) -> list[tuple[str, str, str]]:
        """For each filter of a valid form that is set: label, value, and the query string without it."""
        chips = []
        for field in self.filter_fields:
            value = self.cleaned_data[field.name]
            if self.data.get(field.name) and value not in (None, ""):
                rest = QueryDict(mutable=True)
                rest.update({name: text for name, text in self.data.items() if name in self.fields and text})
                del rest[field.name]
                chips.append((str(field.label), _shown(field, value), rest.urlencode()))
        return chips


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time()) if day else None


def _shown(field: forms.BoundField, value: Any) -> str:
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    labels = dict(getattr(field.field, "choices", ()))
    return str(labels[value]) if labels else f"{value} px"
