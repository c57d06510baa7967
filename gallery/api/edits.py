"""Changes of dates and places by hand, and undo of changes to many photos."""

from datetime import tzinfo
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from gallery.access import ApiRequest
from gallery.access.fields import JsonBoolean, JsonInteger, StrictSerializer, StrictString
from gallery.access.problems import ApiView
from gallery.access.tokens import Scope
from gallery.models import MAX_IMPORTANCE
from gallery.photos.dating import (
    OwnZone,
    Zone,
    clear_date,
    fixed_zone,
    set_moment,
    set_zone,
    shift_date,
    use_automatic_date,
)
from gallery.photos.editing import set_details
from gallery.photos.placing import clear_place, find_spot, set_place, use_automatic_place
from gallery.photos.rotation import set_rotation
from gallery.photos.shifting import Shift
from gallery.photos.statements import Statement, combined, undo_edit
from gallery.photos.time_zones import MAX_OFFSET, parse_zone
from gallery.pictures.turning import RIGHT_ANGLES
from gallery.serializers import ROTATION, LocalTimeField
from gallery.text.coordinates import MAX_LENGTH

LARGEST_SHIFT = 99_999
DATE_FIELDS = {"taken_at", "shift"}
DETAILS = ("importance", "description", "archived")
MAX_DESCRIPTION = 5000
PLACE_FIELDS = {"latitude", "longitude", "place"}


class ShiftSerializer(StrictSerializer):
    """An amount of time to add to dates; negative values move them into the past. Years and months come first."""

    years = JsonInteger(required=False, min_value=-LARGEST_SHIFT, max_value=LARGEST_SHIFT)
    months = JsonInteger(required=False, min_value=-LARGEST_SHIFT, max_value=LARGEST_SHIFT)
    days = JsonInteger(required=False, min_value=-LARGEST_SHIFT, max_value=LARGEST_SHIFT)
    hours = JsonInteger(required=False, min_value=-LARGEST_SHIFT, max_value=LARGEST_SHIFT)
    minutes = JsonInteger(required=False, min_value=-LARGEST_SHIFT, max_value=LARGEST_SHIFT)
    seconds = JsonInteger(required=False, min_value=-LARGEST_SHIFT, max_value=LARGEST_SHIFT)


class JsonNumber(serializers.FloatField):
    """Number in JSON; "3" and true are refused."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return float(super().to_internal_value(data))


class DateAndPlaceChanges(StrictSerializer):
    """Changes of dates and places by hand. Null clears a date or a place, whatever the files state."""

    taken_at = LocalTimeField(required=False, allow_null=True)
    taken_offset = JsonInteger(
        required=False,
        allow_null=True,
        min_value=-MAX_OFFSET,
        max_value=MAX_OFFSET,
        help_text="Minutes east of UTC; null: unknown. By default photos keep theirs.",
    )
    time_zone = StrictString(
        required=False,
        max_length=64,
        help_text="Instead of `taken_offset`: a name such as `Asia/Shanghai`, whose offset at that time is taken.",
    )
    shift = ShiftSerializer(required=False, help_text="Instead of `taken_at`: the amount to shift dates by.")
    latitude = JsonNumber(required=False, allow_null=True, min_value=-90, max_value=90, help_text="With `longitude`.")
    longitude = JsonNumber(
        required=False, allow_null=True, min_value=-180, max_value=180, help_text="With `latitude`, in degrees."
    )
    place = StrictString(
        required=False,
        allow_null=True,
        max_length=MAX_LENGTH,
        help_text="Instead of coordinates: the name of a town, or the address of a map.",
    )
    automatic = serializers.ListField(
        child=serializers.ChoiceField(["date", "place"]),
        required=False,
        max_length=2,
        help_text="Fields whose value by hand is withdrawn, so that the file, its name or sidecar count again.",
    )

    def validate_time_zone(self, value: str) -> tzinfo:
        """Return the time zone that the text names."""
        zone = parse_zone(value)
        if zone is None:
            raise serializers.ValidationError(_("Unknown time zone. Send a name such as Asia/Shanghai, or UTC+8."))
        return zone

    def validate_place(self, value: str | None) -> Statement:
        """Return the edit that sets the place, or clears it."""
        if value is None:
            return clear_place()
        spot = find_spot(value, language=get_language())
        if spot is None:
            raise serializers.ValidationError(_("No place found. Enter a larger town nearby, or coordinates."))
        return set_place(spot.latitude, spot.longitude)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse combinations without a meaning."""
        automatic = set(attrs.get("automatic", ()))
        is_dated, is_placed = attrs.keys() & {*DATE_FIELDS, "taken_offset", "time_zone"}, attrs.keys() & PLACE_FIELDS
        self._refuse_if("taken_at" in attrs and "shift" in attrs, "shift", _("Send either taken_at or shift."))
        self._refuse_if(
            "taken_offset" in attrs and "time_zone" in attrs, "time_zone", _("Send either taken_offset or time_zone.")
        )
        has_one, has_other = ("latitude" in attrs), ("longitude" in attrs)
        self._refuse_if(
            has_one != has_other or (has_one and (attrs["latitude"] is None) != (attrs["longitude"] is None)),
            "longitude" if has_one else "latitude",
            _("Send both latitude and longitude."),
        )
        self._refuse_if("place" in attrs and has_one, "place", _("Send either a place or coordinates."))
        for name, given in (("date", is_dated), ("place", is_placed)):
            self._refuse_if(name in automatic and bool(given), "automatic", _("Send either a value or automatic."))
        return attrs

    def _refuse_if(self, is_wrong: bool, field: str, message: str) -> None:
        if is_wrong:
            raise serializers.ValidationError({field: message})

    def statements(self) -> list[Statement]:
        """Return the edits that valid data asks for."""
        return [*self._date(), *self._place()]

    def _date(self) -> list[Statement]:
        data = self.validated_data
        if "date" in data.get("automatic", ()):
            return [use_automatic_date()]
        zone: Zone = OwnZone.KEPT
        if "taken_offset" in data or "time_zone" in data:
            zone = data["time_zone"] if "time_zone" in data else fixed_zone(data["taken_offset"])
        if "taken_at" in data:
            return [set_moment(data["taken_at"], zone=zone) if data["taken_at"] else clear_date()]
        if "shift" in data:
            return [shift_date(Shift(**data["shift"]), zone=zone)]
        return [] if isinstance(zone, OwnZone) else [set_zone(zone)]

    def _place(self) -> list[Statement]:
        data = self.validated_data
        if "place" in data.get("automatic", ()):
            return [use_automatic_place()]
        if "place" in data:
            return [data["place"] or clear_place()]
        if "latitude" in data:
            cleared = data["latitude"] is None
            return [clear_place() if cleared else set_place(data["latitude"], data["longitude"])]
        return []


@extend_schema_field({"type": "integer", "enum": list(RIGHT_ANGLES)})
class RotationField(JsonInteger):
    """0, 90, 180 or 270."""

    def to_internal_value(self, data: Any) -> int:
        degrees = super().to_internal_value(data)
        if degrees not in RIGHT_ANGLES:
            raise serializers.ValidationError(
                _("Enter one of %(limits)s.") % {"limits": ", ".join(map(str, RIGHT_ANGLES))}
            )
        return int(degrees)


class PhotoChanges(DateAndPlaceChanges):
    """Changes of a photo; omitted fields keep their values."""

    importance = JsonInteger(required=False, min_value=0, max_value=MAX_IMPORTANCE)
    description = StrictString(required=False, allow_blank=True, max_length=MAX_DESCRIPTION, trim_whitespace=False)
    archived = JsonBoolean(required=False, help_text="Left out of the timeline; searches still find it.")

    rotation = RotationField(required=False, help_text=ROTATION)

    def statement(self) -> Statement | None:
        """Return all changes that valid data asks for as one; None if there are none."""
        details = {name: self.validated_data[name] for name in DETAILS if name in self.validated_data}
        statements = [*self.statements(), *([set_details(**details)] if details else [])]
        if "rotation" in self.validated_data:
            statements.append(set_rotation(self.validated_data["rotation"]))
        return combined(statements) if statements else None


class EditCode(StrictString, serializers.RegexField):
    """String of digits in JSON."""


class UndoEditRequest(StrictSerializer):
    """The change of many photos to undo."""

    undo = EditCode(r"^[0-9]{1,18}$", help_text="Value of `undo` in the answer to `photos/change/`.")


class UndoneEdit(serializers.Serializer):
    """Result of undoing a change; both 0 if it was undone before."""

    restored = serializers.IntegerField(help_text="Number of photos with their previous values.")
    kept = serializers.IntegerField(help_text="Number of photos left as they are, because they were edited since.")


class UndoEditView(ApiView):
    scopes = {"POST": Scope.PHOTO_WRITE}

    @extend_schema(operation_id="undo_change", request=UndoEditRequest, responses=UndoneEdit, tags=["photos"])
    def post(self, request: ApiRequest) -> Response:
        """Undo a change of many photos, within 30 days; photos edited since are left as they are."""
        undone = undo_edit(int(UndoEditRequest.read(request.data).validated_data["undo"]), user=request.user)
        return Response({"restored": undone.restored if undone else 0, "kept": undone.kept if undone else 0})
