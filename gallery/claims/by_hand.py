"""The claims of a photo's owner among those of its file."""

from collections.abc import Iterable, Mapping
from typing import Any

from gallery.claims.ladder import Claims
from gallery.models import Witness

PERSON = Witness.PERSON.value


def stated_by_hand(claims: Claims) -> dict[str, Any]:
    """Return the values by field that were set by hand; None for a field that was cleared."""
    return {field: values[PERSON] for field, values in claims.items() if PERSON in values}


def with_values_by_hand(claims: Claims, values: Mapping[str, Any]) -> Claims:
    """Return the claims with these values by hand; None clears a field, whatever others state."""
    stated = {field: {**claims.get(field, {}), PERSON: value} for field, value in values.items()}
    return {**claims, **stated}


def without_values_by_hand(claims: Claims, fields: Iterable[str]) -> Claims:
    """Return the claims without the values by hand of these fields, which are automatic again."""
    dropped = set(fields)
    kept = {
        field: {witness: value for witness, value in values.items() if witness != PERSON or field not in dropped}
        for field, values in claims.items()
    }
    return {field: values for field, values in kept.items() if values}
