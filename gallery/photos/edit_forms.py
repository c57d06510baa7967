"""Forms to change dates and places by hand, of one photo or a selection."""

from datetime import date, tzinfo
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.urls import reverse_lazy
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from gallery.models import Photo
from gallery.photos.dating import OwnZone, Zone, clear_date, set_date, shift_date, use_automatic_date
from gallery.photos.placing import Spot, clear_place, find_spot, place_text, set_place, use_automatic_place
from gallery.photos.shifting import YEARS, Shift
from gallery.photos.statements import Statement
from gallery.photos.time_zones import offset_text, parse_zone
from gallery.text.coordinates import MAX_LENGTH

UNITS = {
    "years": _("Years"),
    "months": _("Months"),
    "days": _("Days"),
    "hours": _("Hours"),
    "minutes": _("Minutes"),
    "seconds": _("Seconds"),
}
LARGEST_SHIFT = 99_999


def combobox(address: str) -> forms.TextInput:
    """Return a text field with suggestions from the URL named `address` (static/js/combobox.js)."""
    aria = {"role": "combobox", "aria-autocomplete": "list", "aria-expanded": "false"}
    return forms.TextInput({"data-options": reverse_lazy(address), "autocomplete": "off", "spellcheck": "false"} | aria)


class DateChange(TextChoices):
    """The ways to change a date."""

    SET = "set", _("Set date and time")
    SHIFT = "shift", _("Shift by an amount")
    CLEAR = "clear", _("Unknown date")
    AUTOMATIC = "automatic", _("Use the automatic date")


class Direction(TextChoices):
    """The directions of a shift."""

    LATER = "later", _("Later")
    EARLIER = "earlier", _("Earlier")


class DateForm(forms.Form):
    """A change of dates. The photos of a selection keep their zones and times of day where the fields are empty."""

    change = forms.ChoiceField(label=_("Change"), choices=DateChange, initial=DateChange.SET, widget=forms.RadioSelect)
    day = forms.DateField(
        label=_("Date"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(
            {"type": "date", "min": f"{YEARS[0]}-01-01", "max": f"{YEARS[-1]}-12-31"}, format="%Y-%m-%d"
        ),
    )
    time = forms.TimeField(
        label=_("Time"),
        required=False,
        input_formats=["%H:%M:%S", "%H:%M"],
        widget=forms.TimeInput({"type": "time", "step": 1}, format="%H:%M:%S"),
    )
    direction = forms.ChoiceField(label=_("Direction"), choices=Direction, initial=Direction.LATER, required=False)
    zone = forms.CharField(
        label=_("Time zone"), required=False, max_length=64, widget=combobox("gallery:suggest_zones")
    )

    def __init__(self, data: Any = None, *, photo: Photo | None = None) -> None:
        self.photo = photo
        super().__init__(data, initial=_date_of(photo) if photo else {}, auto_id=_ids("date", photo))
        self.fields["zone"].widget.attrs["aria-controls"] = f"{self['zone'].auto_id}-options"
        for name, label in UNITS.items():
            self.fields[name] = forms.IntegerField(
                label=label, required=False, min_value=0, max_value=LARGEST_SHIFT, widget=forms.NumberInput({"min": 0})
            )

    @property
    def units(self) -> list[forms.BoundField]:
        """The fields of the amount to shift by."""
        return [self[name] for name in UNITS]

    def clean_day(self) -> date | None:
        """Limit the year to those that the timeline shows."""
        day: date | None = self.cleaned_data["day"]
        if day and day.year not in YEARS:
            raise ValidationError(
                _("Enter a year from %(first)d to %(last)d.") % {"first": YEARS[0], "last": YEARS[-1]}
            )
        return day

    def clean_zone(self) -> tzinfo | None:
        """Return the time zone; None if the field is empty."""
        text: str = self.cleaned_data["zone"]
        zone = parse_zone(text) if text else None
        if text and zone is None:
            raise ValidationError(_("Unknown time zone. Enter a city such as Shanghai, or an offset such as UTC+8."))
        return zone

    def clean(self) -> dict[str, Any]:
        """Require what the change needs."""
        data: dict[str, Any] = super().clean() or {}
        change = data.get("change")
        if change == DateChange.SET and not data.get("day") and "day" not in self.errors:
            self.add_error("day", _("Enter a date."))
        if change == DateChange.SHIFT and not self._shift(data) and not self.errors:
            self.add_error(next(iter(UNITS)), _("Enter an amount of time."))
        return data

    def statement(self) -> Statement:
        """Return the change of a valid form."""
        data = self.cleaned_data
        zone: Zone = data["zone"]
        # Of one photo the field shows the zone, so that an empty one means an unknown zone.
        if zone is None and (self.photo is None or data["change"] == DateChange.SHIFT):
            zone = OwnZone.KEPT
        match data["change"]:
            case DateChange.SET:
                return set_date(data["day"], data["time"], zone=zone)
            case DateChange.SHIFT:
                return shift_date(self._shift(data), zone=zone)
            case DateChange.CLEAR:
                return clear_date()
        return use_automatic_date()

    def saved_message(self, count: int) -> str:
        """Return the message after dates of `count` photos were changed."""
        match self.cleaned_data["change"]:
            case DateChange.SHIFT:
                message = ngettext("Date shifted for %(count)d photo", "Dates shifted for %(count)d photos", count)
            case DateChange.CLEAR:
                message = ngettext("Date removed from %(count)d photo", "Dates removed from %(count)d photos", count)
            case DateChange.AUTOMATIC:
                message = ngettext("Automatic date for %(count)d photo", "Automatic dates for %(count)d photos", count)
            case _:
                message = ngettext("Date saved for %(count)d photo", "Date saved for %(count)d photos", count)
        return message % {"count": count}

    def _shift(self, data: dict[str, Any]) -> Shift:
        shift = Shift(**{name: data.get(name) or 0 for name in UNITS})
        return -shift if data.get("direction") == Direction.EARLIER else shift


class PlaceChange(TextChoices):
    """The ways to change a place."""

    SET = "set", _("Set place")
    CLEAR = "clear", _("Unknown place")
    AUTOMATIC = "automatic", _("Use the automatic place")


class PlaceForm(forms.Form):
    """A change of places: to a place by its name, or to coordinates."""

    change = forms.ChoiceField(
        label=_("Change"), choices=PlaceChange, initial=PlaceChange.SET, widget=forms.RadioSelect
    )
    place = forms.CharField(
        label=_("Place"),
        required=False,
        max_length=MAX_LENGTH,
        widget=combobox("gallery:suggest_places"),
    )

    def __init__(self, data: Any = None, *, photo: Photo | None = None) -> None:
        self.photo = photo
        super().__init__(data, initial={"place": place_text(photo) if photo else ""}, auto_id=_ids("place", photo))
        self.fields["place"].widget.attrs["aria-controls"] = f"{self['place'].auto_id}-options"

    def clean_place(self) -> Spot | None:
        """Return the place; None if the field is empty."""
        text: str = self.cleaned_data["place"]
        spot = find_spot(text, language=get_language()) if text else None
        if text and spot is None:
            raise ValidationError(_("No place found. Enter a larger town nearby, or coordinates."))
        return spot

    def clean(self) -> dict[str, Any]:
        """Require what the change needs."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("change") == PlaceChange.SET and not data.get("place") and not self.errors:
            self.add_error("place", _("Enter a place."))
        return data

    def statement(self) -> Statement:
        """Return the change of a valid form."""
        match self.cleaned_data["change"]:
            case PlaceChange.SET:
                spot = self.cleaned_data["place"]
                return set_place(spot.latitude, spot.longitude)
            case PlaceChange.CLEAR:
                return clear_place()
        return use_automatic_place()

    def saved_message(self, count: int) -> str:
        """Return the message after places of `count` photos were changed; it names the place that was found."""
        name = ""
        match self.cleaned_data["change"]:
            case PlaceChange.SET:
                name = self.cleaned_data["place"].text
                message = ngettext("%(count)d photo is now at %(name)s", "%(count)d photos are now at %(name)s", count)
            case PlaceChange.CLEAR:
                message = ngettext("Place removed from %(count)d photo", "Places removed from %(count)d photos", count)
            case _:
                message = ngettext(
                    "Automatic place for %(count)d photo", "Automatic places for %(count)d photos", count
                )
        return message % {"count": count, "name": name}


def _ids(kind: str, photo: Photo | None) -> str:
    """Return the pattern of the fields' ids: the lightbox shows a photo's form over a page with the selection's."""
    return f"{'photo' if photo else 'selection'}-{kind}-%s"


def _date_of(photo: Photo) -> dict[str, Any]:
    if photo.taken_at is None:
        return {}
    zone = "" if photo.taken_offset is None else offset_text(photo.taken_offset)
    return {"day": photo.taken_at.date(), "time": photo.taken_at.time().replace(microsecond=0), "zone": zone}
