"""Forms of the search page. Their fields are the query string, so that a search can be saved and shared."""

from datetime import date
from functools import lru_cache
from typing import Any

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gallery.access.fields import MAX_NUMBER
from gallery.models import Album, Photo
from search.models import SavedSearch
from search.query.dated import Days
from search.query.filters import FORM_LIMITS, Filters, Limit
from search.query.parser import MAX_QUERY_LENGTH
from search.query.values import MAX_TEXT_LENGTH, AlbumOf, Choice, Facts, Moment, TextPart, WholeNumber, midnight
from search.vectors.examples import Example, PartOfPhoto, Region, StoredPhoto, read_picture

RESULT_LIMITS = (20, 60, 120, 240)


class RegionField(forms.CharField):
    """A region of a picture, "0.1,0.2,0.5,0.6": left, top, right and bottom in 0–1 of its width and height."""

    def clean(self, value: Any) -> Region | None:
        """Return the four numbers, or None for an empty value."""
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
        case AlbumOf():
            return forms.IntegerField(
                label=label, required=False, min_value=1, max_value=MAX_NUMBER, widget=forms.HiddenInput
            )
        case Choice():
            choices = [("", _("any")), *value.options.items()]
            return forms.ChoiceField(label=label, required=False, choices=choices)
        case Facts():
            return forms.NullBooleanField(label=label, required=False)
        case WholeNumber(is_rating=True):
            stars = [(number, "★" * number) for number in range(1, value.largest + 1)]
            return forms.TypedChoiceField(
                label=label, required=False, choices=[("", _("any")), *stars], coerce=int, empty_value=None
            )
        case WholeNumber():
            widget = forms.NumberInput({"placeholder": value.placeholder, "inputmode": "numeric"})
            return forms.IntegerField(
                label=label, required=False, min_value=value.smallest, max_value=value.largest, widget=widget
            )
        case Moment():
            # Browsers' date pickers send ISO 8601 in every language.
            day = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
            return forms.DateField(label=label, required=False, widget=day, input_formats=["%Y-%m-%d"])
        case TextPart() | Days():
            return forms.CharField(label=label, required=False, max_length=MAX_TEXT_LENGTH)


class AlbumGone(Http404):
    """The album that a search is about does not exist, or is not the user's; the message is for the user."""


class SavedSearchForm(forms.Form):
    """The name under which a search is saved."""

    name = forms.CharField(max_length=SavedSearch._meta.get_field("name").max_length)


class ResultPageForm(forms.Form):
    """A page of a kept result list: the list's key, and the index of the page's first hit."""

    list = forms.UUIDField(required=False)
    start = forms.IntegerField(required=False, min_value=0, max_value=100_000)


class SearchForm(forms.Form):
    """The words, the filters and the example of a search.

    All widgets belong to the HTML form with the id "search", wherever they are on the page.
    """

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=MAX_QUERY_LENGTH,
        error_messages={"max_length": _("Enter at most %(limit_value)d characters.")},
    )
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
        choices=[("", _("all")), *((limit, str(limit)) for limit in RESULT_LIMITS)],
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
        """The visible fields other than the words."""
        return [field for field in self.visible_fields() if field.name != "q"]

    @property
    def filter_panel(self) -> SafeString:
        """The visible fields other than the words as HTML."""
        fields = self.filter_fields
        if any(field.errors or field.value() for field in fields):
            return render_to_string("search/_filter_fields.html", {"fields": fields})
        return _empty_filter_panel(get_language())

    @property
    def asks_for_something(self) -> bool:
        """A valid form has words, a filter or an example."""
        data = self.cleaned_data
        return any(data[name] not in (None, "") for name in self.fields if name not in {"order", "region"})

    def filters(self) -> Filters:
        """Return the filters of a valid form."""
        values = {limit.name: self.cleaned_data[limit.name] for limit in FORM_LIMITS}
        days = {name: midnight(value) for name, value in values.items() if isinstance(value, date)}
        return Filters(**(values | days))

    def album(self, *, user: AbstractBaseUser) -> Album | None:
        """Return the album that a valid form searches in, if any. Raises AlbumGone if `user` has none with this id."""
        if not self.cleaned_data["album"]:
            return None
        album: Album | None = Album.objects.visible_to(user).filter(pk=self.cleaned_data["album"]).first()
        if album is None:
            raise AlbumGone(_("This album does not exist any more."))
        return album

    def example(self, *, user: AbstractBaseUser) -> Example | None:
        """Return the picture that a valid form searches with, if any.

        Raises:
            ExampleGone: the uploaded picture has expired.
            Http404: `user` has no such photo.
        """
        data = self.cleaned_data
        if data["like"]:
            return read_picture(data["like"], user=user)
        if not data["photo"]:
            return None
        photo = get_object_or_404(Photo.objects.visible_to(user), pk=data["photo"])
        return PartOfPhoto(photo, data["region"]) if data["region"] else StoredPhoto(photo)

    def address(self, **changes: Any) -> str:
        """Return the query string of a valid form with `changes`, without empty fields."""
        data = {name: self.data.get(name) for name in self.fields} | changes
        address = QueryDict(mutable=True)
        address.update({name: str(value) for name, value in data.items() if value})
        return address.urlencode()


@lru_cache
def _empty_filter_panel(_language: str) -> SafeString:
    """Return the fields without values, which most pages show: rendering them takes as long as twenty tiles."""
    return render_to_string("search/_filter_fields.html", {"fields": SearchForm({}).filter_fields})
