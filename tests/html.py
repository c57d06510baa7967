"""HTML of pages, without the white space that browsers ignore."""

import re


def condensed(html: str) -> str:
    """Return `html` with no white space beside tags, and single spaces elsewhere."""
    return re.sub(r"(?<=>) | (?=[<>])", "", re.sub(r"[ \n]+", " ", html))
