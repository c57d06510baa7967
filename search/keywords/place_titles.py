"""Titles of places in snippets, and the names of which suggestions are made.

The names of a place begin with its titles in English and Chinese; further names follow, one a line.
"""

from collections.abc import Sequence

from gallery.models import is_chinese
from gallery.text.canonical import fold
from search.query.spelling import Span

TITLES = 2


def titles_of(names: str) -> list[str]:
    """Return the titles in English and Chinese, which may be the same."""
    return names.split("\n")[:TITLES]


def folded_titles(names: str) -> str:
    """Return the canonical form of the titles."""
    return fold("\n".join(titles_of(names)))


def shown_place(names: str, spans: Sequence[Span]) -> tuple[str, list[Span]]:
    """Return the title with found words, in the current language if it has them, and their places in it.

    If only another name has them, the title in the current language follows.
    """
    lines, at = [], 0
    for line in names.split("\n"):
        end = at + len(line)
        lines.append((line, [(begin - at, stop - at) for begin, stop in spans if at <= begin and stop <= end]))
        at = end + 1
    titles = lines[:TITLES]
    if is_chinese():
        titles.reverse()
    if found := next(((line, places) for line, places in titles if places), None):
        return found
    name, places = next(((line, places) for line, places in lines if places), ("", []))
    return (f"{name} · {titles[0][0]}", places) if places else (titles[0][0], [])
