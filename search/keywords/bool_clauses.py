"""Parts that all queries to Elasticsearch are built of."""

from collections.abc import Iterable
from typing import Any

Clause = dict[str, Any]

TEXT_FIELDS = ("text", "filename", "description", "labels", "place")
NOTHING: Clause = {"match_none": {}}


def any_of(clauses: Iterable[Clause]) -> Clause:
    """Match photos that match at least one of `clauses`; none if there are no clauses."""
    found = list(clauses)
    return {"bool": {"should": found, "minimum_should_match": 1}} if found else NOTHING
