"""Read JSON files of other programs, whose contents may be anything."""

import json
from typing import Any

from gallery.sources.trees import TreeFile
from gallery.text.cleaning import clean_line

MAX_JSON_BYTES = 1 << 20


def read_json(file: TreeFile) -> Any:
    """Return the content of a JSON file; None if it is too large or damaged."""
    if file.size > MAX_JSON_BYTES:
        return None
    try:
        with file.open() as opened:
            return json.loads(opened.read())
    except (OSError, ValueError, RecursionError):
        return None


def clean_text(value: Any) -> str:
    """Return the text without characters that PostgreSQL refuses; line breaks are kept."""
    return "\n".join(map(clean_line, value.splitlines())).strip() if isinstance(value, str) else ""
