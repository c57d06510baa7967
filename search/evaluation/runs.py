"""Evaluations: measures the labelled set and the pinned searches, and stores the figures for administrators."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from search.encoders.client import EncoderInfo, EncoderUnavailable, describe_encoders
from search.evaluation.figures import summarise
from search.evaluation.labelled_set import labelled_queries
from search.evaluation.library import labelled_library
from search.evaluation.measuring import Outcome, measure, search_as
from search.evaluation.pinned import measure_pinned
from search.models import SearchEvaluation
from search.ocr import reader

# A year of nights with three rows each.
MAX_EVALUATIONS = 1100


@dataclass(frozen=True)
class Run:
    """The outcomes of one evaluation, and pictures that could not be drawn for it."""

    evaluation: SearchEvaluation
    outcomes: Sequence[Outcome]
    undrawn: frozenset[str] = frozenset()


def evaluate_labelled(*, reads: bool = False) -> Iterator[Run]:
    """Measure the labelled set with each encoder that is ready, or without any; yields unsaved evaluations.

    Without an encoder, queries for what photographs show are left out.

    Raises:
        KeywordSearchUnavailable: Elasticsearch does not answer.
        TextRecognitionUnavailable: it has no weights.
    """
    subject = SearchEvaluation.Subject.READ if reads else SearchEvaluation.Subject.GIVEN
    engine = reader.engine_version() if reads else ""
    encoders: list[EncoderInfo | None] = [*_ready_encoders()]
    for encoder in encoders or [None]:
        with labelled_library(encoder=encoder, reads=reads) as library:
            queries = [query for query in labelled_queries() if encoder or query.typed != "meaning"]
            outcomes = measure(queries, photo_ids=library.photo_ids, search=search_as(library.owner))
        yield Run(
            SearchEvaluation(
                subject=subject,
                encoder=encoder.model if encoder else "",
                engine=engine,
                figures=summarise(outcomes),
            ),
            outcomes,
            library.undrawn,
        )


def evaluate_pinned() -> Run | None:
    """Measure the pinned searches of all users; None if there are none."""
    outcomes = list(measure_pinned())
    if not outcomes:
        return None
    return Run(SearchEvaluation(subject=SearchEvaluation.Subject.PINNED, figures=summarise(outcomes)), outcomes)


def store(evaluation: SearchEvaluation) -> None:
    """Save an evaluation, and delete the oldest ones."""
    evaluation.save()
    surplus = SearchEvaluation.objects.order_by("-measured_at").values("pk")[MAX_EVALUATIONS:]
    SearchEvaluation.objects.filter(pk__in=list(surplus.values_list("pk", flat=True))).delete()


def wants_reading() -> bool:
    """Return whether the current engine has weights and has not read the labelled pictures yet."""
    try:
        engine = reader.engine_version()
    except reader.TextRecognitionUnavailable:
        return False
    return not SearchEvaluation.objects.filter(subject=SearchEvaluation.Subject.READ, engine=engine).exists()


def _ready_encoders() -> list[EncoderInfo]:
    try:
        return [info for info in describe_encoders() if info.state == "ready"]
    except EncoderUnavailable:
        return []
