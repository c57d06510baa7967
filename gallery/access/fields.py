"""Fields and queries that take exactly what the schema says, where the framework would guess what was meant."""

import re
from collections.abc import Mapping
from typing import Any, Self

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

# Of what the database counts: photos, bytes.
MAX_NUMBER = 2**63 - 1


class StrictString(serializers.CharField):
    """A string, in JSON or in an address; a number is none."""

    def to_internal_value(self, data: Any) -> str:
        """Read one."""
        if not isinstance(data, str):
            self.fail("invalid")
        # Before it is trimmed, of which no schema knows.
        if self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return str(super().to_internal_value(data))


class NonBlankString(StrictString, serializers.RegexField):
    """A string in JSON in which there is something to see."""

    def __init__(self, **options: Any) -> None:
        super().__init__(regex=r"^[^\x00]*[^\s\x00][^\x00]*$", **options)


class JsonInteger(serializers.IntegerField):
    """A whole number in JSON; "3" and true are none."""

    def to_internal_value(self, data: Any) -> int:
        """Read one."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class QueryInteger(serializers.IntegerField):
    """A whole number in an address; "１", "1.0" and "1_000" are none."""

    def to_internal_value(self, data: Any) -> int:
        """Read one."""
        if not re.fullmatch(r"-?[0-9]+", str(data)):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class JsonBoolean(serializers.BooleanField):
    """true or false in JSON; "yes", 1 and null are neither."""

    def to_internal_value(self, data: Any) -> bool:
        """Read one."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class QueryBoolean(serializers.BooleanField):
    """true or false in an address; "yes" and 1 are neither."""

    def to_internal_value(self, data: Any) -> bool:
        """Read one."""
        if data not in ("true", "false"):
            self.fail("invalid", input=data)
        return bool(data == "true")


class StrictSerializer(serializers.Serializer):
    """What a program sends: an unknown field is an error and not a wish passed over."""

    default_error_messages = {"unknown": _("There is no such field.")}

    @classmethod
    def read(cls, data: Any) -> Self:
        """The valid input; ValidationError."""
        given = cls(data=data)
        given.is_valid(raise_exception=True)
        return given

    def to_internal_value(self, data: Any) -> Any:
        """Read it."""
        unknown = set(data) - set(self.fields) if isinstance(data, Mapping) else set()
        if unknown:
            message = self.error_messages["unknown"]
            raise serializers.ValidationError(dict.fromkeys(sorted(unknown), message))
        return super().to_internal_value(data)


class QuerySerializer(StrictSerializer):
    """The parameters of an address, or the fields of a form that takes them."""

    default_error_messages = {"unknown": _("There is no such parameter."), "repeated": _("Give this once.")}

    @classmethod
    def read(cls, data: Any) -> Self:
        """The valid query; ValidationError."""
        repeated = [name for name in data if isinstance(data, MultiValueDict) and len(data.getlist(name)) > 1]
        if repeated:
            message = cls.default_error_messages["repeated"]
            raise serializers.ValidationError(dict.fromkeys(repeated, message))
        # As a plain dictionary: of an empty field of a form the framework would think that it was left out.
        return super().read(dict(data.items()))
