"""Summarises the outcomes of queries in numbers, by the way of typing, the language and the kind of the query."""

from collections.abc import Iterable, Sequence
from typing import Any

from search.evaluation.measuring import Outcome

Figures = dict[str, Any]
GROUPS = ("typed", "language", "kind")


def summarise(outcomes: Sequence[Outcome]) -> Figures:
    """Return the counts of all outcomes, and under `by` those of each group."""
    by: dict[str, dict[str, Figures]] = {}
    for group in GROUPS:
        names = sorted({getattr(outcome.query, group) for outcome in outcomes})
        by[group] = {
            name: _count(outcome for outcome in outcomes if getattr(outcome.query, group) == name) for name in names
        }
    return _count(outcomes) | {"by": by}


def _count(outcomes: Iterable[Outcome]) -> Figures:
    """Return the number of queries, and how many found all right pictures on the first page, above the cutoff, first.

    `wrong` counts the wrong pictures above the cutoff over all queries, `unordered` the queries in which a picture with
    other words stands before one with the words as typed, or an excluded picture was found, and `unexplained` the hits
    without a reason.
    """
    outcomes = list(outcomes)
    return {
        "queries": len(outcomes),
        "found": sum(outcome.is_found for outcome in outcomes),
        "above": sum(outcome.is_above for outcome in outcomes),
        "first": sum(outcome.place == 1 or (not outcome.query.right and outcome.is_found) for outcome in outcomes),
        "wrong": sum(outcome.wrong for outcome in outcomes),
        "unordered": sum(not outcome.is_in_order for outcome in outcomes),
        "unexplained": sum(outcome.unexplained for outcome in outcomes),
    }


def misses(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Return the outcomes that are not as they should be, without those that only have wrong pictures beside."""
    return [outcome for outcome in outcomes if not (outcome.is_above and outcome.is_in_order)]
