"""Measure how well searches find what they should."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search.evaluation.figures import misses
from search.evaluation.runs import Run, evaluate_labelled, evaluate_pinned, store, wants_reading
from search.keywords.index import KeywordSearchUnavailable
from search.ocr.reader import TextRecognitionUnavailable

COLUMNS = ("queries", "found", "above", "first", "wrong", "unordered", "unexplained")


class Command(BaseCommand):
    help = (
        "Run the labelled queries over the labelled pictures, as a temporary user of whom nothing remains, and the"
        " pinned searches of all users; store the figures for the status page."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--read",
            action="store_true",
            help="also recognise the text of the pictures, drawn for the purpose (minutes)",
        )
        parser.add_argument(
            "--nightly", action="store_true", help="recognise it only if this engine has not done so before"
        )
        parser.add_argument("--misses", action="store_true", help="also list the queries that are answered wrongly")
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")

    def handle(self, **options: Any) -> None:
        reads = options["read"] or (options["nightly"] and wants_reading())
        printed = []
        try:
            for run in _runs(reads=reads):
                store(run.evaluation)
                printed.append(_as_json(run, with_misses=options["misses"]))
                if not options["json"]:
                    self._print(run, with_misses=options["misses"])
        except (KeywordSearchUnavailable, TextRecognitionUnavailable) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(printed, ensure_ascii=False, indent=2))

    def _print(self, run: Run, *, with_misses: bool) -> None:
        evaluation = run.evaluation
        title = [evaluation.get_subject_display(), evaluation.encoder or "no encoder", evaluation.engine]
        self.stdout.write("\n" + " · ".join(filter(None, title)))
        self.stdout.write(f"{'':24}" + "".join(f"{column:>12}" for column in COLUMNS))
        for name, figures in _rows(evaluation.figures):
            self.stdout.write(f"{name:24}" + "".join(_cell(figures, column) for column in COLUMNS))
        if run.undrawn:
            self.stdout.write(f"Not drawn, for want of a font: {', '.join(sorted(run.undrawn))}")
        for outcome in misses(run.outcomes) if with_misses else ():
            self.stdout.write(
                f"  {outcome.query.text!r} ({outcome.query.kind}): found {outcome.is_found}, above the cutoff"
                f" {outcome.is_above}, place {outcome.place}, in order {outcome.is_in_order}, {outcome.wrong} wrong"
            )


def _runs(*, reads: bool) -> Iterator[Run]:
    if run := evaluate_pinned():
        yield run
    yield from evaluate_labelled()
    if reads:
        yield from evaluate_labelled(reads=True)


def _rows(figures: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for group, parts in figures["by"].items():
        for name, part in parts.items():
            if name:
                yield f"{group} {name}", part
    yield "all", figures


def _cell(figures: dict[str, Any], column: str) -> str:
    """Return a share in per cent for columns that count queries, else the number."""
    if column in ("found", "above", "first"):
        return f"{figures[column] / figures['queries']:12.1%}"
    return f"{figures[column]:12}"


def _as_json(run: Run, *, with_misses: bool) -> dict[str, Any]:
    evaluation = run.evaluation
    fields = {name: getattr(evaluation, name) for name in ("subject", "encoder", "engine", "figures")}
    lists = {"misses": [outcome.query.text for outcome in misses(run.outcomes)]} if with_misses else {}
    return fields | {"undrawn": sorted(run.undrawn)} | lists
