"""Fields and queries that take exactly what the schema says, where the framework would guess what was meant."""

from typing import Any, Self

from django.utils.translation import gettext as _
from rest_framework import serializers


class Text(serializers.CharField):
    """A string in JSON; a number is none."""

    def to_internal_value(self, data: Any) -> str:
        """Read one."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Visible(Text, serializers.RegexField):
    """A string in JSON in which there is something to see."""

    def __init__(self, **options: Any) -> None:
        super().__init__(regex=r"^[^\x00]*[^\s\x00][^\x00]*$", **options)


class Whole(serializers.IntegerField):
    """A whole number in JSON; "3" and true are none."""

    def to_internal_value(self, data: Any) -> int:
        """Read one."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class Truth(serializers.BooleanField):
    """true or false in JSON; "yes", 1 and null are neither."""

    def to_internal_value(self, data: Any) -> bool:
        """Read one."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Query(serializers.Serializer):
    """The parameters of an address, or the fields of a form: an unknown one is an error and not a wish passed over."""

    @classmethod
    def read(cls, parameters: Any) -> Self:
        """The valid query; ValidationError."""
        # As a plain dictionary: of an empty field of a form the framework would think that it was left out.
        query = cls(data=dict(parameters.items()))
        query.is_valid(raise_exception=True)
        return query

    def to_internal_value(self, data: Any) -> Any:
        """Read them."""
        unknown = set(data) - set(self.fields)
        if unknown:
            raise serializers.ValidationError(dict.fromkeys(sorted(unknown), _("There is no such parameter.")))
        return super().to_internal_value(data)
