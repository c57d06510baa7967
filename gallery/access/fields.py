"""Strict serializers and fields that accept exactly what the schema describes, without the framework's conversions."""

import re
from collections.abc import Mapping
from typing import Any, Self

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

# The largest id or size that PostgreSQL stores.
MAX_NUMBER = 2**63 - 1


class StrictString(serializers.CharField):
    """String in JSON or in an address; numbers are refused."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        # Checked before white space is trimmed, because the schema limits the untrimmed length.
        if self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return str(super().to_internal_value(data))


class NonBlankString(StrictString, serializers.RegexField):
    """String in JSON with at least one visible character."""

    def __init__(self, **options: Any) -> None:
        super().__init__(regex=r"^[^\x00]*[^\s\x00][^\x00]*$", **options)


class JsonInteger(serializers.IntegerField):
    """Integer in JSON; "3" and true are refused."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class QueryInteger(serializers.IntegerField):
    """Integer in an address, in ASCII digits; "１", "1.0" and "1_000" are refused."""

    def to_internal_value(self, data: Any) -> int:
        if not re.fullmatch(r"-?[0-9]+", str(data)):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class JsonBoolean(serializers.BooleanField):
    """Boolean in JSON; "yes", 1 and null are refused."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class QueryBoolean(serializers.BooleanField):
    """`true` or `false` in an address; "yes" and 1 are refused."""

    def to_internal_value(self, data: Any) -> bool:
        if data not in ("true", "false"):
            self.fail("invalid", input=data)
        return bool(data == "true")


class StrictSerializer(serializers.Serializer):
    """Request data; unknown fields are errors."""

    default_error_messages = {"unknown": _("Unknown field.")}

    @classmethod
    def read(cls, data: Any) -> Self:
        """Return a valid serializer of `data`. Raises ValidationError."""
        given = cls(data=data)
        given.is_valid(raise_exception=True)
        return given

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, Mapping) else set()
        if unknown:
            message = self.error_messages["unknown"]
            raise serializers.ValidationError(dict.fromkeys(sorted(unknown), message))
        return super().to_internal_value(data)


class QuerySerializer(StrictSerializer):
    """Query parameters, or form fields of the same kind; repeated parameters are errors."""

    default_error_messages = {"unknown": _("Unknown parameter."), "repeated": _("Send this parameter only once.")}

    @classmethod
    def read(cls, data: Any) -> Self:
        """Return a valid serializer of `data`. Raises ValidationError."""
        repeated = [name for name in data if isinstance(data, MultiValueDict) and len(data.getlist(name)) > 1]
        if repeated:
            message = cls.default_error_messages["repeated"]
            raise serializers.ValidationError(dict.fromkeys(repeated, message))
        # Converted to a dictionary, because the framework treats empty fields of a form as missing.
        return super().read(dict(data.items()))
