"""The fields of the search page; the address holds the same ones, so that a search can be kept and sent."""

from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from gallery.access.fields import MAX_NUMBER
from gallery.models import Photo
from search.models import SavedSearch
from search.query.filters import FORM_LIMITS, Filters, Limit
from search.query.parser import MAX_QUERY_LENGTH
from search.query.values import MAX_TEXT_LENGTH, Choice, Moment, TextPart, WholeNumber, midnight
from search.vectors.examples import Example, PartOfPhoto, Region, StoredPhoto, read_picture

LIMITS = (20, 60, 120, 240)


class RegionField(forms.CharField):
    """Left, top, right and bottom of a part of a picture, in 0–1 of its width and height: "0.1,0.2,0.5,0.6"."""

    def clean(self, value: Any) -> Region | None:
        """The four numbers; None where nothing is said."""
        text = super().clean(value)
        if not text:
            return None
        try:
            left, top, right, bottom = (float(number) for number in text.split(","))
        except ValueError:
            left, top, right, bottom = 1.0, 1.0, 0.0, 0.0
        if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
            raise forms.ValidationError(_("Enter four numbers from 0 to 1: left, top, right, bottom."))
        return left, top, right, bottom


def _field_of(limit: Limit) -> forms.Field:
    """Return the form field that sets `limit`."""
    label, value = limit.filter.label, limit.filter.value
    match value:
        case Choice():
            choices = [("", _("any")), *value.options.items()]
            return forms.ChoiceField(label=label, required=False, choices=choices)
        case WholeNumber(unit="stars"):
            stars = [(number, "★" * number) for number in range(1, value.largest + 1)]
            return forms.TypedChoiceField(
                label=label, required=False, choices=[("", _("any")), *stars], coerce=int, empty_value=None
            )
        case WholeNumber():
            widget = forms.NumberInput({"placeholder": _("pixels"), "inputmode": "numeric"})
            return forms.IntegerField(
                label=label, required=False, min_value=value.smallest, max_value=value.largest, widget=widget
            )
        case Moment():
            # Browsers' date pickers send ISO 8601 in every language.
            day = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
            return forms.DateField(label=label, required=False, widget=day, input_formats=["%Y-%m-%d"])
        case TextPart():
            return forms.CharField(label=label, required=False, max_length=MAX_TEXT_LENGTH)


class SaveForm(forms.Form):
    """The name for a search that is saved."""

    name = forms.CharField(max_length=SavedSearch._meta.get_field("name").max_length)


class PageForm(forms.Form):
    """Which page of a list that was kept; without `list` it is the first one of a new search."""

    list = forms.UUIDField(required=False)
    start = forms.IntegerField(required=False, min_value=0, max_value=100_000)


class SearchForm(forms.Form):
    """Words and filters. Its widgets belong to the form around the search box, wherever on the page they stand."""

    q = forms.CharField(required=False, max_length=MAX_QUERY_LENGTH)
    order = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[("", _("Most relevant")), ("newest", _("Newest first")), ("oldest", _("Oldest first"))],
        widget=forms.HiddenInput,
    )
    like = forms.UUIDField(required=False, widget=forms.HiddenInput)
    photo = forms.IntegerField(required=False, min_value=1, max_value=MAX_NUMBER, widget=forms.HiddenInput)
    region = RegionField(label=_("Part of the picture"), required=False, widget=forms.HiddenInput)
    top = forms.TypedChoiceField(
        label=_("Max. results"),
        required=False,
        choices=[("", _("all")), *((limit, str(limit)) for limit in LIMITS)],
        coerce=int,
        empty_value=None,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= {limit.name: _field_of(limit) for limit in FORM_LIMITS}
        self.order_fields(["q", *(limit.name for limit in FORM_LIMITS)])
        for field in self.fields.values():
            field.widget.attrs["form"] = "search"

    @property
    def filter_fields(self) -> list[forms.BoundField]:
        """What narrows a search, beside its words."""
        return [field for field in self.visible_fields() if field.name != "q"]

    @property
    def asks_for_something(self) -> bool:
        """Whether there is anything to search for; of a valid form."""
        data = self.cleaned_data
        return any(data[name] not in (None, "") for name in self.fields if name not in {"order", "region"})

    def filters(self) -> Filters:
        """What a valid form asks of the photos, beside the words."""
        values = {limit.name: self.cleaned_data[limit.name] for limit in FORM_LIMITS}
        days = {name: midnight(value) for name, value in values.items() if isinstance(value, date)}
        return Filters(**(values | days))

    def example(self, *, user: AbstractBaseUser) -> Example | None:
        """The picture that the search of a valid form starts from.

        Raises:
            ExampleGone: it was sent, and is kept no longer.
            Http404: the photo is not there.
        """
        data = self.cleaned_data
        if data["like"]:
            return read_picture(data["like"], user=user)
        if not data["photo"]:
            return None
        photo = get_object_or_404(Photo.objects.visible_to(user), pk=data["photo"])
        return PartOfPhoto(photo, data["region"]) if data["region"] else StoredPhoto(photo)

    def address(self, **changes: Any) -> str:
        """The query string of a valid form that is changed so; what is empty is left out."""
        data = {name: self.data.get(name) for name in self.fields} | changes
        address = QueryDict(mutable=True)
        address.update({name: str(value) for name, value in data.items() if value})
        return address.urlencode()
