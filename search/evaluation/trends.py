"""The latest evaluations with their trend, for the status page of administrators."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from search.evaluation.figures import Figures
from search.evaluation.labelled_set import Typed
from search.models import SearchEvaluation

SHOWN_RUNS = 30
TYPED = get_args(Typed)
# Size of the line that shows the trend.
WIDTH, HEIGHT = 120, 24


@dataclass(frozen=True)
class Rate:
    """Queries of one group, and the shares of them, 0–1, that found all their pictures on the first page and first."""

    name: str
    queries: int
    found: float
    first: float


@dataclass(frozen=True)
class Trend:
    """The latest evaluation of one subject, and the shares found by the last SHOWN_RUNS of them, oldest first."""

    latest: SearchEvaluation
    rates: Sequence[Rate]
    history: Sequence[float]

    @property
    def points(self) -> str:
        """The points of an SVG polyline of the shares found, from 0 at the bottom to 1 at the top."""
        step = WIDTH / max(1, len(self.history) - 1)
        return " ".join(
            f"{number * step:.1f},{HEIGHT - share * HEIGHT:.1f}" for number, share in enumerate(self.history)
        )


def quality_trends() -> list[Trend]:
    """Return a trend for each subject, encoder and engine that has been evaluated; the latest first."""
    evaluations = SearchEvaluation.objects.order_by("-measured_at")
    groups: dict[tuple[str, str, str], list[SearchEvaluation]] = {}
    for evaluation in evaluations:
        key = (evaluation.subject, evaluation.encoder, evaluation.engine)
        runs = groups.setdefault(key, [])
        if len(runs) < SHOWN_RUNS:
            runs.append(evaluation)
    return [_trend(runs) for runs in groups.values()]


def _trend(runs: Sequence[SearchEvaluation]) -> Trend:
    figures = runs[0].figures
    by_typing = figures["by"]["typed"]
    groups = {name: by_typing[name] for name in TYPED if name in by_typing}
    history = [_rate("", run.figures).found for run in reversed(runs)]
    return Trend(runs[0], [_rate(name, part) for name, part in groups.items()] or [_rate("", figures)], history)


def _rate(name: str, figures: Figures) -> Rate:
    queries = figures["queries"]
    return Rate(name, queries, figures["found"] / queries, figures["first"] / queries)
