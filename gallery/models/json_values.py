"""Values of model fields in the form in which JSON fields store them."""

from datetime import datetime
from typing import Any


def as_json(value: Any) -> Any:
    """Return a value that JSON can hold: a date becomes its ISO text, other values stay."""
    return value.isoformat() if isinstance(value, datetime) else value
